// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GatewayRegistry} from "./GatewayRegistry.sol";
import {IReadingAnchor} from "./IReadingAnchor.sol";

/// @title One slot for each gateway and epoch: the Merkle root of all reports that became durable since its last anchor
/// @dev Receipts prove these slots: `gateways` is at slot 2, `anchors` at slot 3 (docs/chain.md).
abstract contract Anchors is IReadingAnchor, GatewayRegistry {
    /// @notice SHA-256(previous slot (32 bytes) || root (32) || count (4, big-endian) || epoch (8, big-endian)).
    /// SHA-256 and not Keccak, so that a device with the hash of its envelope can follow the links too.
    mapping(address gateway => mapping(uint64 epoch => bytes32 link)) public anchors;

    /// @param position as given to recordAnchor
    event Anchored(address indexed gateway, uint64 indexed epoch, uint256 position, bytes32 root);

    /// @notice The slot already holds an anchor; it is never written again.
    error AlreadyAnchored(address gateway, uint64 epoch);
    /// @notice There is no anchor at `previousEpoch`, of this gateway or of those it took over from.
    error PreviousMissing(address gateway, uint64 previousEpoch);
    /// @notice Epochs of successive anchors must rise, and epoch 0 names "no anchor".
    error EpochNotAfter(uint256 epoch, uint256 previousEpoch);
    /// @notice Nothing more is anchored at this epoch or before: a device was revoked since.
    error EpochClosed(uint256 epoch, uint256 closedTo);
    /// @notice No reports, no anchor.
    error EmptyAnchor();

    /// @notice Anchors the caller's tree.
    /// @dev Written for its gas (budget 51,200, that is 50 a report of 1,024): one word for three numbers, in call and
    /// event, saves 600; each slot's key is hashed once; the name gives a selector near the front of the dispatch.
    /// @param position previousEpoch << 96 | count << 64 | epoch. `count`: reports in the tree (4 bytes). `previousEpoch`:
    /// of the anchor that this one continues, 0 for the first (8 bytes).
    function recordAnchor(uint256 position, bytes32 root) external {
        Gateway storage sender = gateways[msg.sender];
        (Standing standing, uint256 closedTo) = (sender.standing, sender.closedTo); // one read
        if (standing != Standing.Active) revert NotGateway(msg.sender);
        uint64 epoch = uint64(position);
        uint256 previousEpoch = position >> 96;
        if (epoch <= previousEpoch) revert EpochNotAfter(epoch, previousEpoch);
        if (epoch <= closedTo) revert EpochClosed(epoch, closedTo);
        if (uint32(position >> 64) == 0) revert EmptyAnchor();
        mapping(uint64 => bytes32) storage links = anchors[msg.sender];
        bytes32 slot = _slot(links, epoch);
        if (_load(slot) != 0) revert AlreadyAnchored(msg.sender, epoch);
        bytes32 previous;
        if (previousEpoch != 0) {
            // It is below `epoch`, so it fits 8 bytes.
            previous = _load(_slot(links, previousEpoch));
            if (previous == 0) previous = _inherited(sender.predecessor, uint64(previousEpoch));
        }
        bytes32 link = _link(previous, root, position);
        assembly ("memory-safe") {
            sstore(slot, link)
        }
        emit Anchored(msg.sender, epoch, position, root);
    }

    /// @dev The anchor of a key that was retired, which its successor continues.
    function _inherited(address predecessor, uint64 epoch) private view returns (bytes32 link) {
        for (; predecessor != address(0); predecessor = gateways[predecessor].predecessor) {
            link = anchors[predecessor][epoch];
            if (link != 0) return link;
        }
        revert PreviousMissing(msg.sender, epoch);
    }

    /// @dev Solidity's place of links[epoch].
    function _slot(mapping(uint64 => bytes32) storage links, uint256 epoch) private pure returns (bytes32 slot) {
        assembly ("memory-safe") {
            mstore(0, epoch)
            mstore(32, links.slot)
            slot := keccak256(0, 64)
        }
    }

    function _load(bytes32 slot) private view returns (bytes32 value) {
        assembly ("memory-safe") {
            value := sload(slot)
        }
    }

    /// @dev sha256(abi.encodePacked(previous, root, count, epoch)) without its copies: 400 gas less for every anchor.
    function _link(bytes32 previous, bytes32 root, uint256 position) private view returns (bytes32 link) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, previous)
            mstore(add(free, 32), root)
            mstore(add(free, 64), shl(160, position)) // count and epoch: the last 12 bytes of position
            // 2: the SHA-256 precompile, which fails only for want of gas
            if iszero(staticcall(gas(), 2, free, 76, 0, 32)) { revert(0, 0) }
            link := mload(0)
        }
    }
}
