// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGatewayRegistry} from "./IGatewayRegistry.sol";

/// @title What other contracts ask of ReadingAnchor
interface IReadingAnchor is IGatewayRegistry {
    /// @return link what the slot of this gateway and epoch holds, zero where nothing was anchored
    function anchors(address gateway, uint64 epoch) external view returns (bytes32 link);
}
