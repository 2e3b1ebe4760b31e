#!/usr/bin/env python3
"""Static analysis of src/contracts with Slither; fails on any finding but those named here, each with its reason.

Needs slither-analyzer from PyPI. The compiler is the npm package that builds the contracts too.
"""
import inspect
import sys
from pathlib import Path

from crytic_compile import CryticCompile
from crytic_compile.platform.solc_standard_json import SolcStandardJson
from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector

HERE = Path(__file__).resolve().parent
SOURCES = sorted(HERE.parent.glob("*.sol"))

# Detectors that say nothing here.
LEFT_OUT = {
    "assembly": "used where Solidity costs too much, or has no word for it",
    "timestamp": "deadlines and delegations are in seconds, and seconds do not matter to them",
    "calls-loop": "batches: the contract that is called is our own",
    "reentrancy-events": "the contract that is called is our own",
    "solc-version": "the compiler's version is pinned by package-lock.json",
    "pragma": "OpenZeppelin states wider ranges than we",
    "naming-convention": "constants as getters",
}

# Single findings that are wrong: (detector, what its description begins with).
KNOWN = {
    ("encode-packed-collision", "ReadingVerifier.leafOf"): "CBOR items delimit themselves",
    ("uninitialized-state", "Anchors.anchors"): "written by assembly, in recordAnchor",
    ("incorrect-equality", "DeviceControl.isDelegate"): "an enum, not an amount",
    ("unused-return", "CoseSign1.signer"): "the third value only explains a failure",
    ("unused-return", "TypedData.isSignedBy"): "the same",
    ("unused-return", "ReadingVerifier.verifyReading"): "seq is not needed there",
}


def standard_json() -> dict:
    outputs = ["abi", "metadata", "devdoc", "userdoc", "evm.bytecode", "evm.deployedBytecode"]
    return {
        "language": "Solidity",
        "sources": {str(path): {"urls": [str(path)]} for path in SOURCES},
        "settings": {
            "evmVersion": "london",
            "viaIR": True,
            "optimizer": {"enabled": True, "runs": 1_000_000},
            "outputSelection": {"*": {"*": outputs, "": ["ast"]}},
        },
    }


def findings() -> list:
    compiled = CryticCompile(SolcStandardJson(standard_json()), solc=str(HERE / "solc.cjs"))
    slither = Slither(compiled, exclude_dependencies=True, filter_paths=["openzeppelin"])
    for _, detector in inspect.getmembers(all_detectors, inspect.isclass):
        if issubclass(detector, AbstractDetector) and detector.ARGUMENT not in LEFT_OUT:
            slither.register_detector(detector)
    return [finding for group in slither.run_detectors() for finding in group]


def main() -> int:
    unmatched = set(KNOWN)
    failed = 0
    for finding in findings():
        text = finding["description"].strip()
        known = [key for key in KNOWN if key[0] == finding["check"] and text.startswith(key[1])]
        unmatched.difference_update(known)
        if known:
            continue
        failed += 1
        print(f"{finding['check']} ({finding['impact']}): {text}\n")
    for check, where in sorted(unmatched):
        failed += 1
        print(f"{check} at {where} is no longer found: take it off the list.")
    print(f"Slither: {len(SOURCES)} files, {failed} findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
