// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The first fields of a report: [kind, seq, epoch, ...] (docs/protocol.md, section 3)
library ReportHead {
    /// @notice Not an array that begins with a kind of report and two unsigned integers.
    error ReportInvalid();

    uint256 private constant FIRST_KIND = 1; // 0 is a hello
    uint256 private constant LAST_KIND = 3;

    /// @return seq the report's number
    /// @return epoch the epoch that it claims, 0 where the device did not know the time
    function read(bytes calldata payload) internal pure returns (uint256 seq, uint256 epoch) {
        // 0x86 to 0x97: array of 6 to 23 items, whose head is one byte.
        if (payload.length < 2 || uint8(payload[0]) < 0x86 || uint8(payload[0]) > 0x97) revert ReportInvalid();
        uint256 kind = uint8(payload[1]);
        if (kind < FIRST_KIND || kind > LAST_KIND) revert ReportInvalid();
        uint256 end;
        (seq, end) = _uint(payload, 2);
        (epoch, end) = _uint(payload, end);
    }

    /// @dev An unsigned integer (RFC 8949, section 3.1: major type 0).
    function _uint(bytes calldata payload, uint256 start) private pure returns (uint256 value, uint256 end) {
        if (start >= payload.length) revert ReportInvalid();
        uint256 head = uint8(payload[start]);
        end = start + 1;
        if (head < 24) return (head, end);
        if (head > 27) revert ReportInvalid();
        uint256 stop = end + (1 << (head - 24));
        if (stop > payload.length) revert ReportInvalid();
        for (; end < stop; ++end) value = (value << 8) | uint8(payload[end]);
    }
}
