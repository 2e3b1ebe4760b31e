// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeviceControl} from "./DeviceControl.sol";
import {DeviceDecisions} from "./DeviceDecisions.sol";
import {DeviceEnrolment} from "./DeviceEnrolment.sol";
import {DeviceStore} from "./DeviceStore.sol";
import {IReadingAnchor} from "./IReadingAnchor.sol";

/// @title The devices of a deployment, by address
/// @notice A gateway brings a device's request with proof that the device holds its key; the operator, who has compared
/// the short code that the board shows, approves; the device's controller acts for it.
contract DeviceRegistry is DeviceEnrolment, DeviceControl, DeviceDecisions {
    /// @notice A gateway refuses contracts of another version than its own.
    uint256 public constant VERSION = 2;

    /// @param operator who decides about devices
    /// @param readingAnchor who may bring requests, and what is anchored
    constructor(address operator, IReadingAnchor readingAnchor) DeviceStore(operator, readingAnchor) {}
}
