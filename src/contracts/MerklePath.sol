// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Inclusion paths of trees by RFC 9162 (section 2.1), with SHA-256
library MerklePath {
    /// @notice The path does not fit a leaf at `index` of `count`.
    error PathInvalid(uint256 index, uint256 count);

    /// @notice The root to which `path` leads (RFC 9162, section 2.1.3.2).
    /// @param leaf encoded, not yet hashed
    /// @param path lowest step first
    function root(bytes memory leaf, uint256 index, uint256 count, bytes32[] calldata path)
        internal
        pure
        returns (bytes32 hash)
    {
        if (index >= count) revert PathInvalid(index, count);
        hash = sha256(abi.encodePacked(hex"00", leaf));
        uint256 first = index;
        uint256 last = count - 1;
        for (uint256 i = 0; i < path.length; ++i) {
            if (last == 0) revert PathInvalid(index, count);
            if (first & 1 == 1 || first == last) {
                hash = _node(path[i], hash);
                while (first & 1 == 0 && first != 0) {
                    first >>= 1;
                    last >>= 1;
                }
            } else {
                hash = _node(hash, path[i]);
            }
            first >>= 1;
            last >>= 1;
        }
        if (last != 0) revert PathInvalid(index, count);
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }
}
