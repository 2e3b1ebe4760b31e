// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Equivocation} from "./Equivocation.sol";
import {GatewayRegistry} from "./GatewayRegistry.sol";

/// @title Gateways, their anchors, and proofs against them
contract ReadingAnchor is Equivocation {
    /// @notice A gateway refuses contracts of another version than its own.
    uint256 public constant VERSION = 2;

    /// @param operator who decides about gateways
    /// @param registry address of DeviceRegistry, which is deployed after this contract
    constructor(address operator, address registry) GatewayRegistry(operator, registry) {}
}
