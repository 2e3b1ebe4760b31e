// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CoseSign1} from "./CoseSign1.sol";
import {DeviceStore} from "./DeviceStore.sol";
import {Hello} from "./Hello.sol";
import {IGatewayRegistry} from "./IGatewayRegistry.sol";

/// @title Requests of devices, with proof that the device holds its key
abstract contract DeviceEnrolment is DeviceStore {
    event DeviceRequested(
        address indexed device, address indexed homeGateway, bytes32 profileHash, bytes publicKey, bytes hello
    );
    event DeviceProfileChanged(address indexed device, bytes32 profileHash, bytes hello);

    /// @notice 0x04 and two coordinates of 32 bytes are expected (SEC 1, section 2.3.3).
    error PublicKeyInvalid();
    /// @notice The hello was signed by another key, or for another chain, registry or device.
    error NotSignedByDevice(address device, address signer);
    /// @notice Only the home gateway that was named first may repeat a request that waits.
    error RequestedElsewhere(address device, address homeGateway);
    /// @notice Only the device's home gateway brings a new profile.
    error NotHomeGateway(address device, address caller);

    /// @notice Asks for the registration of the device that owns `publicKey`.
    /// @param publicKey 65 bytes, uncompressed; its address is the device
    /// @param profileHash SHA-256 of the device's profile
    /// @param homeGateway the active gateway that will anchor this device's reports
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
        _checkHello(device, profileHash, helloPayload, r, s, v);

        devices[device] = Device(Status.Pending, 0, homeGateway, uint64(block.number), profileHash);
        emit DeviceRequested(device, homeGateway, profileHash, publicKey, helloPayload);
    }

    /// @notice Gives an approved device the profile that it signed in a new hello. Its home gateway alone brings it: that
    /// gateway made the hello's challenge, so it cannot be an old one that somebody repeats.
    function updateProfile(
        address device,
        bytes32 profileHash,
        bytes calldata helloPayload,
        bytes32 r,
        bytes32 s,
        uint8 v
    ) external {
        Device storage entry = _inStatus(device, Status.Approved);
        if (msg.sender != entry.homeGateway) revert NotHomeGateway(device, msg.sender);
        if (!gateways.isGateway(msg.sender)) revert IGatewayRegistry.NotGateway(msg.sender);
        _checkHello(device, profileHash, helloPayload, r, s, v);
        entry.profileHash = profileHash;
        emit DeviceProfileChanged(device, profileHash, helloPayload);
    }

    /// @notice The bytes that a device of this registry signs besides its payload (COSE external_aad).
    function externalAad(address device) external view returns (bytes memory) {
        return CoseSign1.externalAad(block.chainid, address(this), device);
    }

    function _checkHello(address device, bytes32 profileHash, bytes calldata payload, bytes32 r, bytes32 s, uint8 v)
        private
        view
    {
        Hello.check(payload, profileHash);
        address signer = CoseSign1.signer(address(this), device, payload, r, s, v);
        if (signer != device) revert NotSignedByDevice(device, signer);
    }
}
