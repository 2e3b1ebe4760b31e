// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Who may act as a gateway
interface IGatewayRegistry {
    /// @notice The caller is not an approved gateway.
    error NotGateway(address caller);

    /// @return whether `gateway` is approved now
    function isGateway(address gateway) external view returns (bool);
}
