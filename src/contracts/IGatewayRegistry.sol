// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Who may act as a gateway
interface IGatewayRegistry {
    /// @notice The caller, or the gateway named, is not an active gateway.
    error NotGateway(address caller);

    /// @return whether `gateway` may anchor and bring requests now
    function isGateway(address gateway) external view returns (bool);

    /// @return the key that took over from `gateway`, zero where none did
    function successorOf(address gateway) external view returns (address);

    /// @notice From now on `gateway` anchors nothing more at or below epoch `upTo`.
    function closeEpochs(address gateway, uint64 upTo) external;
}
