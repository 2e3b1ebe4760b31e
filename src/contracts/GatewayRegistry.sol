// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IGatewayRegistry} from "./IGatewayRegistry.sol";

/// @title The gateways that an operator trusts to anchor and to bring devices
/// @dev A base of ReadingAnchor and not a contract of its own: asking another contract costs 5,000 gas an anchor.
abstract contract GatewayRegistry is IGatewayRegistry, Ownable2Step {
    /// @inheritdoc IGatewayRegistry
    mapping(address gateway => bool) public isGateway;

    event GatewayApproved(address indexed gateway);
    event GatewayRevoked(address indexed gateway);

    /// @notice Nothing to do: the gateway is already (or was never) approved.
    error GatewayUnchanged(address gateway);

    /// @param operator who approves gateways
    constructor(address operator) Ownable(operator) {}

    /// @notice Lets `gateway` anchor and submit requests of devices.
    function approveGateway(address gateway) external onlyOwner {
        if (isGateway[gateway]) revert GatewayUnchanged(gateway);
        isGateway[gateway] = true;
        emit GatewayApproved(gateway);
    }

    /// @notice Ends it. Anchors made before keep their worth.
    function revokeGateway(address gateway) external onlyOwner {
        if (!isGateway[gateway]) revert GatewayUnchanged(gateway);
        delete isGateway[gateway];
        emit GatewayRevoked(gateway);
    }
}
