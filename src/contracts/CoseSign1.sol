// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {CborHead} from "./CborHead.sol";

/// @title What a Dormouse device signs, rebuilt on chain
/// @notice A device's messages are COSE_Sign1 (RFC 9052, section 4.2) with ES256K (RFC 8812): ECDSA on secp256k1 over a
/// SHA-256 digest. `ecrecover` takes any digest, so the chain can check them although Ethereum itself hashes with Keccak.
library CoseSign1 {
    /// @notice v is not 27 or 28, s is in the upper half of the order (RFC 9053 leaves both forms valid; one must do
    /// here, or a second signature could be made of the first), or no key made this signature.
    error SignatureInvalid();

    /// @dev Sig_structure up to external_aad: array(4), "Signature1", protected header {1: -47} as a byte string.
    bytes private constant PREFIX = hex"846a5369676e61747572653144a101382e";

    /// @dev external_aad up to the chain: array(4), "dormouse-1".
    bytes private constant AAD_PREFIX = hex"846a646f726d6f7573652d31";

    /// @notice The bytes that bind a signature to one chain, one registry and one device.
    function externalAad(uint256 chainId, address registry, address device) internal pure returns (bytes memory) {
        // 0x54: byte string of 20
        return abi.encodePacked(AAD_PREFIX, CborHead.encode(CborHead.UINT, chainId), hex"54", registry, hex"54", device);
    }

    /// @notice SHA-256 of the Sig_structure (RFC 9052, section 4.4).
    function digest(bytes memory aad, bytes memory payload) internal pure returns (bytes32) {
        return sha256(
            abi.encodePacked(
                PREFIX,
                CborHead.encode(CborHead.BYTES, aad.length),
                aad,
                CborHead.encode(CborHead.BYTES, payload.length),
                payload
            )
        );
    }

    /// @notice The whole tagged COSE_Sign1 (RFC 9052, section 4.2): tag 18, array(4), protected header, empty map, payload,
    /// signature of 64 bytes.
    function message(bytes memory payload, bytes32 r, bytes32 s) internal pure returns (bytes memory) {
        bytes memory head = CborHead.encode(CborHead.BYTES, payload.length);
        return abi.encodePacked(hex"d28444a101382ea0", head, payload, hex"5840", r, s);
    }

    /// @notice Address of the key that signed `payload` for `device`; reverts where there is none.
    function signer(address registry, address device, bytes memory payload, bytes32 r, bytes32 s, uint8 v)
        internal
        view
        returns (address)
    {
        bytes32 hash = digest(externalAad(block.chainid, registry, device), payload);
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecover(hash, v, r, s);
        if (failure != ECDSA.RecoverError.NoError) revert SignatureInvalid();
        return recovered;
    }
}
