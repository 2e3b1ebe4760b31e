// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Heads of CBOR data items (RFC 8949, section 3), shortest form only (section 4.2.1)
library CborHead {
    /// @notice The value does not fit in the 8 bytes of a CBOR head.
    error CborValueTooLarge(uint256 value);

    uint8 internal constant UINT = 0;
    uint8 internal constant BYTES = 2;
    uint8 internal constant TEXT = 3;
    uint8 internal constant ARRAY = 4;

    /// @param major major type, 0 to 7
    /// @param value the integer, or the length of what follows
    function encode(uint8 major, uint256 value) internal pure returns (bytes memory) {
        uint8 top = major << 5;
        if (value < 24) return abi.encodePacked(top | uint8(value));
        if (value <= type(uint8).max) return abi.encodePacked(top | 24, uint8(value));
        if (value <= type(uint16).max) return abi.encodePacked(top | 25, uint16(value));
        if (value <= type(uint32).max) return abi.encodePacked(top | 26, uint32(value));
        if (value <= type(uint64).max) return abi.encodePacked(top | 27, uint64(value));
        revert CborValueTooLarge(value);
    }
}
