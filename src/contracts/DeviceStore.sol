// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IReadingAnchor} from "./IReadingAnchor.sol";

/// @title What the registry holds of a device
/// @dev First of the registry's bases, so that `devices` stays at slot 2, where receipts prove it (docs/chain.md).
abstract contract DeviceStore is Ownable2Step {
    enum Status {
        None,
        Pending,
        Approved,
        Revoked
    }

    /// @dev Two slots, so that one storage proof shows everything but the profile:
    /// slot 0, from the lowest byte: status (1), role (1), homeGateway (20), changedAt (8); slot 1: profileHash.
    struct Device {
        Status status;
        uint8 role;
        address homeGateway;
        uint64 changedAt;
        bytes32 profileHash;
    }

    /// @notice State of each device. `changedAt` is the block of the last change of status: what is anchored from there
    /// on is under the new status.
    mapping(address device => Device) public devices;

    /// @notice Gateways that once were a device's home.
    mapping(address device => mapping(address gateway => bool)) public formerHome;

    /// @notice ReadingAnchor: the list of gateways, and what they anchored.
    IReadingAnchor public immutable gateways;

    /// @notice The device's status does not allow this step.
    error WrongStatus(address device, Status status);

    /// @param operator who decides about devices
    /// @param readingAnchor who may bring requests, and what is anchored
    constructor(address operator, IReadingAnchor readingAnchor) Ownable(operator) {
        gateways = readingAnchor;
    }

    /// @notice The first of the device's two storage slots, for eth_getProof; the second follows it.
    function deviceSlot(address device) external view returns (bytes32 slot) {
        Device storage entry = devices[device];
        assembly ("memory-safe") {
            slot := entry.slot
        }
    }

    function _inStatus(address device, Status status) internal view returns (Device storage entry) {
        entry = devices[device];
        if (entry.status != status) revert WrongStatus(device, entry.status);
    }

    function _setStatus(Device storage entry, Status status) internal {
        entry.status = status;
        entry.changedAt = uint64(block.number);
    }
}
