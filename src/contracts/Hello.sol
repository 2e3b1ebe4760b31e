// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The payload that proves possession of a device key
/// @dev Deterministic CBOR [0, challenge (32), deviceNonce (16), profileHash (32)]: every head is a constant byte, so the
/// whole has one length and needs no parser. Kind 0 is no kind of report: a hello can never pass as a reading.
library Hello {
    /// @notice The payload is not a hello, or names another profile.
    error HelloInvalid();

    uint256 private constant LENGTH = 87;

    /// @dev offset 0: 84 00 5820 challenge; 36: 50 nonce; 53: 5820 profileHash
    function check(bytes calldata payload, bytes32 profileHash) internal pure {
        if (
            payload.length != LENGTH || bytes4(payload[:4]) != 0x84005820 || payload[36] != 0x50
                || bytes2(payload[53:55]) != 0x5820 || bytes32(payload[55:]) != profileHash
        ) revert HelloInvalid();
    }
}
