// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeviceStore} from "./DeviceStore.sol";
import {IGatewayRegistry} from "./IGatewayRegistry.sol";

/// @title Who acts for a device: its controller, and delegates for a time
/// @notice Like ERC-1056: each device is its own controller until it hands control over. Handing over takes two steps,
/// so that control cannot go to a mistyped address, and ends all delegations. It concerns approved devices only.
abstract contract DeviceControl is DeviceStore {
    /// @dev tenure rises with each change of controller, so earlier delegations no longer match.
    struct Control {
        address controller;
        uint64 tenure;
    }

    /// @notice Kind of delegate that may change the home gateway. Other kinds are for applications to name and check.
    bytes32 public constant HOME_DELEGATE = "home";

    mapping(address device => Control) private _control;
    mapping(bytes32 delegation => uint256 validTo) private _delegations;

    /// @notice To whom the controller has offered the device.
    mapping(address device => address) public offeredTo;

    event DeviceOffered(address indexed device, address indexed controller, address indexed to);
    event DeviceControllerChanged(address indexed device, address indexed controller);
    event DeviceDelegateChanged(address indexed device, bytes32 indexed kind, address indexed delegate, uint256 validTo);
    event DeviceHomeChanged(address indexed device, address indexed homeGateway);

    /// @notice The caller may not do this for the device.
    error NotAllowed(address device, address caller);
    /// @notice That gateway already is the device's home.
    error HomeUnchanged(address device, address homeGateway);
    /// @notice The device's home gateway has no successor to follow.
    error NotRotated(address device, address homeGateway);

    /// @notice Who controls `device`: itself, unless control was handed over.
    function controllerOf(address device) public view returns (address) {
        address controller = _control[device].controller;
        return controller == address(0) ? device : controller;
    }

    /// @notice Offers control of the device to `to`, who must accept; the zero address takes an offer back.
    function offerDevice(address device, address to) external {
        _requireController(device);
        offeredTo[device] = to;
        emit DeviceOffered(device, msg.sender, to);
    }

    /// @notice Takes over control of a device that was offered to the caller.
    function acceptDevice(address device) external {
        _inStatus(device, Status.Approved);
        if (offeredTo[device] != msg.sender) revert NotAllowed(device, msg.sender);
        delete offeredTo[device];
        _control[device] = Control(msg.sender, _control[device].tenure + 1);
        emit DeviceControllerChanged(device, msg.sender);
    }

    /// @notice Makes `delegate` a delegate of this `kind` until the given time (seconds, Unix); 0 ends it.
    function setDelegate(address device, bytes32 kind, address delegate, uint256 validTo) external {
        _requireController(device);
        _delegations[_delegation(device, kind, delegate)] = validTo;
        emit DeviceDelegateChanged(device, kind, delegate, validTo);
    }

    /// @notice Whether `delegate` may act for the device as this `kind` now.
    function isDelegate(address device, bytes32 kind, address delegate) public view returns (bool) {
        return
            devices[device].status == Status.Approved
                && block.timestamp < _delegations[_delegation(device, kind, delegate)];
    }

    /// @notice Moves the device to another active gateway: by controller, a delegate for it, or the operator.
    function setHomeGateway(address device, address homeGateway) external {
        Device storage entry = _inStatus(device, Status.Approved);
        bool allowed = msg.sender == controllerOf(device) || msg.sender == owner()
            || isDelegate(device, HOME_DELEGATE, msg.sender);
        if (!allowed) revert NotAllowed(device, msg.sender);
        if (homeGateway == entry.homeGateway) revert HomeUnchanged(device, homeGateway);
        if (!gateways.isGateway(homeGateway)) revert IGatewayRegistry.NotGateway(homeGateway);
        _moveHome(device, entry, homeGateway);
    }

    /// @notice Moves devices whose home gateway's key was rotated to the key that took over. Anybody may: there is
    /// nothing to decide.
    function followRotation(address[] calldata list) external {
        for (uint256 i = 0; i < list.length; ++i) {
            Device storage entry = devices[list[i]];
            address successor = gateways.successorOf(entry.homeGateway);
            if (successor == address(0)) revert NotRotated(list[i], entry.homeGateway);
            _moveHome(list[i], entry, successor);
        }
    }

    function _moveHome(address device, Device storage entry, address homeGateway) private {
        formerHome[device][entry.homeGateway] = true;
        entry.homeGateway = homeGateway;
        emit DeviceHomeChanged(device, homeGateway);
    }

    function _requireController(address device) private view {
        _inStatus(device, Status.Approved);
        if (msg.sender != controllerOf(device)) revert NotAllowed(device, msg.sender);
    }

    function _delegation(address device, bytes32 kind, address delegate) private view returns (bytes32) {
        return keccak256(abi.encode(device, _control[device].tenure, kind, delegate));
    }
}
