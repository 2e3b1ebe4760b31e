// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {CoseSign1} from "./CoseSign1.sol";
import {Hello} from "./Hello.sol";
import {IGatewayRegistry} from "./IGatewayRegistry.sol";

/// @title The devices of a deployment, by address
/// @notice A gateway brings a device's request with proof that the device holds its key; the operator, who has compared
/// the short code that the board shows, approves.
contract DeviceRegistry is Ownable2Step {
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

    /// @notice The list of gateways, kept by ReadingAnchor.
    IGatewayRegistry public immutable gateways;

    event DeviceRequested(
        address indexed device, address indexed homeGateway, bytes32 profileHash, bytes publicKey, bytes hello
    );
    event DeviceApproved(address indexed device, address indexed homeGateway, uint8 role);
    event DeviceRejected(address indexed device);
    event DeviceRevoked(address indexed device);

    /// @notice 0x04 and two coordinates of 32 bytes are expected (SEC 1, section 2.3.3).
    error PublicKeyInvalid();
    /// @notice The hello was signed by another key, or for another chain, registry or device.
    error NotSignedByDevice(address device, address signer);
    /// @notice The device's status does not allow this step.
    error WrongStatus(address device, Status status);
    /// @notice Only the home gateway that was named first may repeat a request that waits.
    error RequestedElsewhere(address device, address homeGateway);

    /// @param operator who approves and revokes devices
    /// @param gatewayRegistry who may submit requests
    constructor(address operator, IGatewayRegistry gatewayRegistry) Ownable(operator) {
        gateways = gatewayRegistry;
    }

    /// @notice Asks for the registration of the device that owns `publicKey`.
    /// @param publicKey 65 bytes, uncompressed; its address is the device
    /// @param profileHash SHA-256 of the device's profile
    /// @param homeGateway the approved gateway that will anchor this device's reports
    /// @param helloPayload what the device signed (see Hello)
    function request(
        bytes calldata publicKey,
        bytes32 profileHash,
        address homeGateway,
        bytes calldata helloPayload,
        bytes32 r,
        bytes32 s,
        uint8 v
    ) external {
        if (!gateways.isGateway(msg.sender)) revert IGatewayRegistry.NotGateway(msg.sender);
        if (!gateways.isGateway(homeGateway)) revert IGatewayRegistry.NotGateway(homeGateway);
        if (publicKey.length != 65 || publicKey[0] != 0x04) revert PublicKeyInvalid();
        address device = address(uint160(uint256(keccak256(publicKey[1:]))));

        Device storage entry = devices[device];
        if (entry.status == Status.Pending) {
            // A hello does not name the gateway: without this a second gateway could take the request over.
            if (entry.homeGateway != msg.sender) revert RequestedElsewhere(device, entry.homeGateway);
        } else if (entry.status != Status.None) {
            revert WrongStatus(device, entry.status);
        }
        Hello.check(helloPayload, profileHash);
        address signer = CoseSign1.signer(address(this), device, helloPayload, r, s, v);
        if (signer != device) revert NotSignedByDevice(device, signer);

        devices[device] = Device(Status.Pending, 0, homeGateway, uint64(block.number), profileHash);
        emit DeviceRequested(device, homeGateway, profileHash, publicKey, helloPayload);
    }

    /// @notice Accepts a request. `role` is one of the roles of docs/chain.md.
    function approve(address device, uint8 role) external onlyOwner {
        Device storage entry = _inStatus(device, Status.Pending);
        entry.status = Status.Approved;
        entry.role = role;
        entry.changedAt = uint64(block.number);
        emit DeviceApproved(device, entry.homeGateway, role);
    }

    /// @notice Drops a request; the device may ask again.
    function reject(address device) external onlyOwner {
        _inStatus(device, Status.Pending);
        delete devices[device];
        emit DeviceRejected(device);
    }

    /// @notice Ends an approved device. Its reports anchored before this block stay valid.
    function revoke(address device) external onlyOwner {
        Device storage entry = _inStatus(device, Status.Approved);
        entry.status = Status.Revoked;
        entry.changedAt = uint64(block.number);
        emit DeviceRevoked(device);
    }

    /// @notice The first of the device's two storage slots, for eth_getProof; the second follows it.
    function deviceSlot(address device) external view returns (bytes32 slot) {
        Device storage entry = devices[device];
        assembly ("memory-safe") {
            slot := entry.slot
        }
    }

    /// @notice The bytes that a device of this registry signs besides its payload (COSE external_aad).
    function externalAad(address device) external view returns (bytes memory) {
        return CoseSign1.externalAad(block.chainid, address(this), device);
    }

    function _inStatus(address device, Status status) private view returns (Device storage entry) {
        entry = devices[device];
        if (entry.status != status) revert WrongStatus(device, entry.status);
    }
}
