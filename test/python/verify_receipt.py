#!/usr/bin/env python3
"""Verifies a Dormouse receipt file (docs/protocol.md, section 8). Shares no code with the project.

    verify_receipt.py FILE [TRUST]

Prints {"ok": .., "checks": [{"name": .., "ok": ..}]}. Exit code 0: valid; 1: invalid; 3: consistent, but no trust file
was given; 2: usage. Needs Debian's python3-cbor2 and python3-cryptography; Keccak, key recovery, RLP and
Merkle-Patricia proofs are written out below.
"""

import hashlib
import io
import json
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

# --- Keccak-256 (FIPS 202's permutation, Keccak's own padding) ---------------------------------------------------------

MASK = (1 << 64) - 1


def rol(x, n):
    return ((x << n) | (x >> (64 - n))) & MASK if n else x


def round_constants():
    """FIPS 202, algorithms 5 and 6: an LFSR over x^8 + x^6 + x^5 + x^4 + 1."""
    register, constants = 1, []
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << ((1 << j) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


RC = round_constants()


def permute(lanes):
    for constant in RC:
        c = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        d = [c[x - 1] ^ rol(c[(x + 1) % 5], 1) for x in range(5)]
        lanes = [[lanes[x][y] ^ d[x] for y in range(5)] for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for t in range(24):  # rho and pi together
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], rol(current, (t + 1) * (t + 2) // 2 % 64)
        lanes = [[lanes[x][y] ^ (~lanes[(x + 1) % 5][y] & lanes[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
        lanes[0][0] ^= constant
    return lanes


def keccak256(data):
    rate = 136
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % rate)
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), rate):
        for i in range(rate // 8):
            lanes[i % 5][i // 5] ^= int.from_bytes(padded[start + 8 * i : start + 8 * i + 8], "little")
        lanes = permute(lanes)
    return b"".join(lanes[i][0].to_bytes(8, "little") for i in range(4))


def sha256(data):
    return hashlib.sha256(data).digest()


# --- secp256k1: who made a signature (SEC 1, 4.1.6) ---------------------------------------------------------------------

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(k, point):
    result = None
    while k:
        if k & 1:
            result = add(result, point)
        point = add(point, point)
        k >>= 1
    return result


def lift(x, odd):
    y = pow(x**3 + 7, (P + 1) // 4, P)
    check(x < P and y * y % P == (x**3 + 7) % P, "not a point of the curve")
    return x, (y if y % 2 == odd else P - y)


def recover(seal, digest):
    r, s, v = int.from_bytes(seal[:32], "big"), int.from_bytes(seal[32:64], "big"), seal[64]
    check(0 < r < N and 0 < s < N and v < 2, "no signature")
    inverse = pow(r, -1, N)
    z = int.from_bytes(digest, "big")
    point = add(multiply(s * inverse % N, lift(r, v)), multiply(-z * inverse % N, G))
    check(point is not None, "no signature")
    return point


def address_of(point):
    return keccak256(point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big"))[12:]


# --- RLP and Merkle-Patricia proofs (Yellow Paper, appendices B and D) ---------------------------------------------------


def rlp_item(data, at=0):
    """The item at `at` and where it ends."""
    head = data[at]
    if head < 0x80:
        return data[at : at + 1], at + 1
    is_list = head >= 0xC0
    short = head - (0xC0 if is_list else 0x80)
    if short <= 55:
        start, length = at + 1, short
    else:
        start = at + 1 + short - 55
        length = int.from_bytes(data[at + 1 : start], "big")
    end = start + length
    check(end <= len(data), "RLP ends too early")
    if not is_list:
        return data[start:end], end
    items = []
    while start < end:
        item, start = rlp_item(data, start)
        items.append(item)
    check(start == end, "RLP item beyond its list")
    return items, end


def rlp_decode(data):
    check(len(data) > 0, "RLP of nothing")
    item, end = rlp_item(data)
    check(end == len(data), "bytes behind RLP")
    return item


def rlp_encode(item):
    def head(length, base):
        if length <= 55:
            return bytes([base + length])
        size = length.to_bytes((length.bit_length() + 7) // 8, "big")
        return bytes([base + 55 + len(size)]) + size

    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else head(len(item), 0x80) + item
    body = b"".join(map(rlp_encode, item))
    return head(len(body), 0xC0) + body


def trie_value(root, key, proof):
    """Value of `key` (hashed, as Ethereum does) under `root`."""
    path = "".join(f"{byte:02x}" for byte in keccak256(key))
    nodes = {keccak256(node): node for node in proof}
    reference = root
    while True:
        if isinstance(reference, list):
            node = reference  # a node below 32 bytes stands inside its parent
        else:
            check(reference in nodes, "a node is missing in a proof")
            node = rlp_decode(nodes[reference])
        if len(node) == 17:
            if not path:
                return node[16]
            reference, path = node[int(path[0], 16)], path[1:]
        else:
            check(len(node) == 2, "not a trie node")
            nibbles = node[0].hex()
            odd, leaf = int(nibbles[0], 16) & 1, int(nibbles[0], 16) & 2
            shared = nibbles[1:] if odd else nibbles[2:]
            check(path.startswith(shared), "the proof leads elsewhere")
            path = path[len(shared) :]
            if leaf:
                check(not path, "the proof leads elsewhere")
                return node[1]
            reference = node[1]
        check(reference != b"", "there is nothing at this key")


# --- The receipt --------------------------------------------------------------------------------------------------------


class Invalid(Exception):
    pass


def check(condition, why):
    if not condition:
        raise Invalid(why)


class Receipt:
    def __init__(self, data):
        value = cbor2.loads(data)
        check(cbor2.dumps(value, canonical=True) == data, "not deterministic CBOR, or bytes behind it")
        check(isinstance(value, dict) and value.get("format") == "dormouse-receipt-1", "not a receipt file")
        self.chain_id, self.genesis, self.registry, self.anchors = value["chain"]
        self.public_key = value["device"]
        self.report, self.signature = value["report"][:-64], value["report"][-64:]
        self.gateway_time, self.role, self.index, self.path = value["leaf"]
        self.gateway = value["gateway"]
        self.epoch, self.previous, self.root, self.count = value["anchor"]
        check(0 < self.count < 2**32, "count")
        self.header = value["header"]
        self.proofs = {contract: (account, dict(storage)) for contract, account, storage in value["proofs"]}
        check(len(value) == 9, "fields")

    def device(self):
        check(len(self.public_key) == 33 and self.public_key[0] in (2, 3), "not a compressed key")
        return address_of(lift(int.from_bytes(self.public_key[1:], "big"), self.public_key[0] & 1))

    def check_signature(self):
        aad = cbor2.dumps(["dormouse-1", self.chain_id, self.registry, self.device()])
        structure = cbor2.dumps(["Signature1", bytes.fromhex("a101382e"), aad, self.report])
        r, s = int.from_bytes(self.signature[:32], "big"), int.from_bytes(self.signature[32:], "big")
        check(s <= N // 2, "s is high")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), self.public_key)
        key.verify(utils.encode_dss_signature(r, s), structure, ec.ECDSA(hashes.SHA256()))
        stream = io.BytesIO(self.report)
        payload = cbor2.load(stream)
        check(stream.read() == b"" and payload[0] in (1, 2, 3), "not a report")

    def check_epoch(self):
        check(cbor2.loads(self.report)[2] <= self.epoch, "claims a later epoch than its anchor's")

    def check_path(self):
        message = cbor2.CBORTag(18, [bytes.fromhex("a101382e"), {}, self.report, self.signature])
        node = sha256(b"\x00" + cbor2.dumps([self.gateway_time, self.role, message]))
        check(0 <= self.index < self.count and len(self.path) % 32 == 0, "index or path")
        first, last = self.index, self.count - 1
        for at in range(0, len(self.path), 32):
            sibling = self.path[at : at + 32]
            check(last > 0, "the path is too long")
            if first % 2 or first == last:
                node = sha256(b"\x01" + sibling + node)
                while first % 2 == 0 and first:
                    first, last = first // 2, last // 2
            else:
                node = sha256(b"\x01" + node + sibling)
            first, last = first // 2, last // 2
        check(last == 0 and node == self.root, "does not lead to the root")

    def sealer(self):
        fields = rlp_decode(self.header)
        check(len(fields) >= 16 and len(fields[12]) >= 97, "not a sealed header")
        unsealed = fields[:12] + [fields[12][:-65]] + fields[13:]
        return address_of(recover(fields[12][-65:], keccak256(rlp_encode(unsealed))))

    def word(self, contract, slot):
        account_proof, storage = self.proofs[contract]
        account = rlp_decode(trie_value(rlp_decode(self.header)[3], contract, account_proof))
        return rlp_decode(trie_value(account[2], slot, storage[slot])).rjust(32, b"\0")

    def check_anchor(self):
        outer = keccak256(self.gateway.rjust(32, b"\0") + (3).to_bytes(32, "big"))
        slot = keccak256(self.epoch.to_bytes(32, "big") + outer)
        expected = sha256(self.previous + self.root + self.count.to_bytes(4, "big") + self.epoch.to_bytes(8, "big"))
        check(self.word(self.anchors, slot) == expected, "the chain holds another anchor")

    def check_registry(self):
        slot = keccak256(self.device().rjust(32, b"\0") + (2).to_bytes(32, "big"))
        word = self.word(self.registry, slot)
        check(word[31] == 2, "the device is not approved")
        check(word[30] == self.role, "the device has another role")
        check(word[10:30] == self.gateway, "the device has another home gateway")


def verify(data, trust):
    checks = []

    def run(name, action):
        try:
            result = action()
            checks.append({"name": name, "ok": True})
            return result
        except InvalidSignature:
            error = "not signed by this device for this chain and registry"
        except (Invalid, ValueError, TypeError, KeyError, IndexError, cbor2.CBORError, RecursionError) as problem:
            error = str(problem) or type(problem).__name__
        checks.append({"name": name, "ok": False, "detail": error})

    receipt = run("format", lambda: Receipt(data))
    if receipt is None:
        return checks
    run("device-key", receipt.device)
    run("signature", receipt.check_signature)
    run("epoch", receipt.check_epoch)
    run("path", receipt.check_path)
    sealer = run("seal", receipt.sealer)
    run("anchor", receipt.check_anchor)
    run("registry", receipt.check_registry)
    if trust is None:
        checks.append({"name": "trusted-sealer", "ok": False, "detail": "no trust file was given"})
        return checks
    chain = (receipt.chain_id, receipt.genesis) == (trust["chainId"], unhex(trust["genesisHash"]))
    contracts = (receipt.registry, receipt.anchors) == (unhex(trust["registry"]), unhex(trust["anchors"]))
    checks.append({"name": "trusted-chain", "ok": chain})
    checks.append({"name": "trusted-contracts", "ok": contracts})
    checks.append({"name": "trusted-gateway", "ok": receipt.gateway in map(unhex, trust["gateways"])})
    checks.append({"name": "trusted-sealer", "ok": sealer in map(unhex, trust["sealers"])})
    return checks


def unhex(text):
    return bytes.fromhex(text.removeprefix("0x"))


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], "rb") as file:
        data = file.read()
    trust = None
    if len(arguments) == 2:
        with open(arguments[1], encoding="utf-8") as file:
            trust = json.load(file)
    checks = verify(data, trust)
    failed = [one["name"] for one in checks if not one["ok"]]
    print(json.dumps({"ok": not failed, "checks": checks}))
    if not failed:
        return 0
    return 3 if trust is None and failed == ["trusted-sealer"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
