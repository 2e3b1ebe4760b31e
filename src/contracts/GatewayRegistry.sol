// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IGatewayRegistry} from "./IGatewayRegistry.sol";

/// @title The gateways that an operator trusts to anchor and to bring devices
/// @dev A base of ReadingAnchor and not a contract of its own: asking another contract costs an anchor 2,700 gas more
/// (EIP-2929: a cold account), and its budget is 51,200.
abstract contract GatewayRegistry is IGatewayRegistry, Ownable2Step {
    enum Standing {
        None,
        Active,
        Suspended,
        Retired
    }

    /// @dev The first slot is all that an anchor reads. From its lowest byte: standing (1), changedAt (8), closedTo (8).
    /// Second slot: successor (20), offence (8); third: predecessor.
    struct Gateway {
        Standing standing;
        /// Block of the last change of standing.
        uint64 changedAt;
        /// Nothing more is anchored at or below this epoch.
        uint64 closedTo;
        /// Key that took over when this one was retired.
        address successor;
        /// First epoch for which it was shown to have told two stories, 0 where never.
        uint64 offence;
        /// Key that this one took over from.
        address predecessor;
    }

    /// @notice State of each gateway's key.
    mapping(address gateway => Gateway) public gateways;

    /// @notice DeviceRegistry: when it revokes a device, it closes epochs.
    address public immutable deviceRegistry;

    event GatewayApproved(address indexed gateway);
    event GatewaySuspended(address indexed gateway);
    event GatewayResumed(address indexed gateway);
    event GatewayRotated(address indexed gateway, address indexed successor);
    event EpochsClosed(address indexed gateway, uint64 upTo);

    /// @notice The gateway's standing does not allow this step.
    error WrongStanding(address gateway, Standing standing);
    /// @notice Only operator and DeviceRegistry close epochs.
    error MayNotClose(address caller);

    /// @param operator who decides about gateways
    /// @param registry address of DeviceRegistry, which is deployed after this contract
    constructor(address operator, address registry) Ownable(operator) {
        deviceRegistry = registry;
    }

    /// @inheritdoc IGatewayRegistry
    function isGateway(address gateway) external view returns (bool) {
        return gateways[gateway].standing == Standing.Active;
    }

    /// @inheritdoc IGatewayRegistry
    function successorOf(address gateway) external view returns (address) {
        return gateways[gateway].successor;
    }

    /// @notice Lets a new `gateway` anchor and bring requests of devices.
    function approveGateway(address gateway) external onlyOwner {
        _change(gateway, Standing.None, Standing.Active);
        emit GatewayApproved(gateway);
    }

    /// @notice Stops a gateway. Anchors made before keep their worth.
    function suspendGateway(address gateway) external onlyOwner {
        _suspend(gateway);
    }

    /// @notice Lets a suspended gateway go on.
    function resumeGateway(address gateway) external onlyOwner {
        _change(gateway, Standing.Suspended, Standing.Active);
        emit GatewayResumed(gateway);
    }

    /// @notice Retires a gateway's key for good and puts another in its place, whose first anchor may continue the old
    /// one's last. Devices follow by DeviceRegistry.followRotation.
    function rotateGateway(address gateway, address successor) external onlyOwner {
        Gateway storage old = gateways[gateway];
        // A suspended one too: rotation is the cure for a stolen key.
        if (old.standing != Standing.Suspended) _require(gateway, Standing.Active);
        _change(successor, Standing.None, Standing.Active);
        old.standing = Standing.Retired;
        old.changedAt = uint64(block.number);
        old.successor = successor;
        gateways[successor].predecessor = gateway;
        gateways[successor].closedTo = old.closedTo;
        emit GatewayRotated(gateway, successor);
    }

    /// @inheritdoc IGatewayRegistry
    function closeEpochs(address gateway, uint64 upTo) external {
        if (msg.sender != deviceRegistry && msg.sender != owner()) revert MayNotClose(msg.sender);
        Gateway storage entry = gateways[gateway];
        if (entry.standing == Standing.None) revert WrongStanding(gateway, Standing.None);
        if (upTo <= entry.closedTo) return;
        entry.closedTo = upTo;
        emit EpochsClosed(gateway, upTo);
    }

    function _suspend(address gateway) internal {
        _change(gateway, Standing.Active, Standing.Suspended);
        emit GatewaySuspended(gateway);
    }

    function _change(address gateway, Standing from, Standing to) private {
        _require(gateway, from);
        gateways[gateway].standing = to;
        gateways[gateway].changedAt = uint64(block.number);
    }

    function _require(address gateway, Standing expected) private view {
        Standing standing = gateways[gateway].standing;
        if (standing != expected) revert WrongStanding(gateway, standing);
    }
}
