// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What ReadingVerifier asks of DeviceRegistry
interface IDeviceStanding {
    /// @notice Reverts, with the reason, unless a report of `device` counts under the anchor of `gateway` and `epoch`.
    /// @param role as its leaf names it
    function checkReading(address device, uint8 role, address gateway, uint64 epoch) external view;
}
