// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchors} from "./Anchors.sol";
import {TypedData} from "./TypedData.sol";

/// @title Gateways that told two stories about one epoch
/// @notice A slot is written once, so no chain shows two anchors of a gateway for one epoch. A second story is told
/// elsewhere: on a chain that was rewritten, or to somebody only. A gateway can be held to what it signed:
/// `AnchorStatement(uint64 epoch,bytes32 link)` (EIP-712) says "at this epoch I anchored this link", and the link commits
/// to root, count, and all anchors before.
abstract contract Equivocation is Anchors {
    /// @param link as the slot of the epoch would hold it
    /// @param signature r (32) || s (32) || v (1) of the gateway's key over the AnchorStatement
    struct Statement {
        bytes32 link;
        bytes signature;
    }

    bytes32 private constant DOMAIN_NAME = keccak256("Dormouse ReadingAnchor");
    bytes32 private constant STATEMENT = keccak256("AnchorStatement(uint64 epoch,bytes32 link)");

    /// @notice `gateway` signed, or anchored, both links for `epoch`.
    event Equivocated(address indexed gateway, uint64 indexed epoch, bytes32 link, bytes32 otherLink, address reporter);

    /// @notice Not signed by `gateway` for this contract and chain.
    error StatementInvalid(address gateway);
    /// @notice Both say the same.
    error NoContradiction();
    /// @notice Nothing is anchored there to compare with.
    error NotAnchored(address gateway, uint64 epoch);

    /// @notice Records that `gateway` signed two different links for `epoch`.
    function proveEquivocation(address gateway, uint64 epoch, Statement calldata one, Statement calldata other)
        external
    {
        _checkStatement(gateway, epoch, one);
        _checkStatement(gateway, epoch, other);
        _record(gateway, epoch, one.link, other.link);
    }

    /// @notice Records that `gateway` signed another link for `epoch` than this chain holds.
    function proveContradiction(address gateway, uint64 epoch, Statement calldata statement) external {
        bytes32 anchored = anchors[gateway][epoch];
        if (anchored == 0) revert NotAnchored(gateway, epoch);
        _checkStatement(gateway, epoch, statement);
        _record(gateway, epoch, anchored, statement.link);
    }

    /// @notice What a gateway signs (EIP-712 digest).
    function statementDigest(uint64 epoch, bytes32 link) public view returns (bytes32) {
        return TypedData.digest(DOMAIN_NAME, keccak256(abi.encode(STATEMENT, epoch, link)));
    }

    function _checkStatement(address gateway, uint64 epoch, Statement calldata statement) private view {
        bytes32 digest = statementDigest(epoch, statement.link);
        if (!TypedData.isSignedBy(gateway, digest, statement.signature)) revert StatementInvalid(gateway);
    }

    /// @dev Readings under the gateway's anchors go on to count: what a device signed is not less true, and otherwise a
    /// gateway could withdraw evidence by contradicting itself.
    function _record(address gateway, uint64 epoch, bytes32 link, bytes32 otherLink) private {
        if (link == otherLink) revert NoContradiction();
        Gateway storage entry = gateways[gateway];
        if (entry.standing == Standing.None) revert WrongStanding(gateway, Standing.None);
        if (entry.offence == 0) entry.offence = epoch;
        if (entry.standing == Standing.Active) _suspend(gateway);
        emit Equivocated(gateway, epoch, link, otherLink, msg.sender);
    }
}
