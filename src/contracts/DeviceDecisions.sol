// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeviceStore} from "./DeviceStore.sol";
import {IDeviceStanding} from "./IDeviceStanding.sol";
import {TypedData} from "./TypedData.sol";

/// @title What the operator decides about devices
abstract contract DeviceDecisions is IDeviceStanding, DeviceStore {
    /// @dev Epochs after `from`, up to `to`, in which the device was revoked.
    struct Gap {
        uint64 from;
        uint64 to;
    }

    /// @dev Highest role of docs/chain.md.
    uint8 private constant LAST_ROLE = 2;

    bytes32 private constant DOMAIN_NAME = keccak256("Dormouse DeviceRegistry");

    /// @dev Names all that the operator saw. A request that was repeated or made anew since is in another block.
    bytes32 private constant APPROVAL = keccak256(
        "DeviceApproval(address device,uint8 role,address homeGateway,bytes32 profileHash,uint64 requestedAt,uint256 deadline)"
    );

    mapping(address device => Gap[]) private _gaps;

    event DeviceApproved(address indexed device, address indexed homeGateway, uint8 role);
    event DeviceRejected(address indexed device);
    /// @param lastEpoch last epoch whose anchors count
    event DeviceRevoked(address indexed device, uint64 lastEpoch);
    /// @param lastEpoch last epoch whose anchors do not count
    event DeviceReinstated(address indexed device, uint64 lastEpoch);

    /// @notice Roles are 0 to 2 (docs/chain.md).
    error RoleUnknown(uint8 role);
    /// @notice The authorisation was signed by somebody else, or for another request, role, registry or chain.
    error NotSignedByOperator();
    /// @notice The authorisation's time is over.
    error AuthorisationExpired(uint256 deadline);
    /// @notice The home gateway has anchored nothing at the epoch that is to be its last one.
    error EpochNotAnchored(address homeGateway, uint64 epoch);
    /// @notice The device's standing up to `before` is settled.
    error EpochSettled(address device, uint64 epoch, uint64 before);
    /// @notice The leaf names another role than the registry.
    error RoleDiffers(address device, uint8 role);
    /// @notice The gateway neither is nor was the device's home.
    error NeverHome(address device, address gateway);
    /// @notice The device was revoked at this epoch.
    error RevokedAt(address device, uint64 epoch);

    /// @notice Accepts a request. `role` is one of the roles of docs/chain.md.
    function approve(address device, uint8 role) external onlyOwner {
        _approve(device, role);
    }

    /// @notice Accepts several requests, or none where one of them cannot be accepted.
    function approveMany(address[] calldata list, uint8 role) external onlyOwner {
        for (uint256 i = 0; i < list.length; ++i) _approve(list[i], role);
    }

    /// @notice Accepts a request by the operator's signature (EIP-712 DeviceApproval), whoever brings it: the
    /// operator's key needs no funds, and no connection to the chain.
    /// @param deadline last second (Unix) in which it holds
    function approveSigned(address device, uint8 role, uint256 deadline, bytes calldata signature) external {
        if (block.timestamp > deadline) revert AuthorisationExpired(deadline);
        bytes32 digest = approvalDigest(device, role, deadline);
        if (!TypedData.isSignedBy(owner(), digest, signature)) revert NotSignedByOperator();
        _approve(device, role);
    }

    /// @notice What the operator signs to accept the request that waits now (EIP-712 digest).
    function approvalDigest(address device, uint8 role, uint256 deadline) public view returns (bytes32) {
        Device storage entry = devices[device];
        return TypedData.digest(
            DOMAIN_NAME,
            keccak256(
                abi.encode(APPROVAL, device, role, entry.homeGateway, entry.profileHash, entry.changedAt, deadline)
            )
        );
    }

    /// @notice Drops a request; the device may ask again.
    function reject(address device) external onlyOwner {
        _inStatus(device, Status.Pending);
        delete devices[device];
        emit DeviceRejected(device);
    }

    /// @notice Ends an approved device. What was anchored before this block stays valid. Contracts, which do not see the
    /// past, go by epochs: anchors up to `lastEpoch` count, and its home gateway can add none there from now on.
    /// @param lastEpoch the last that the home gateway anchored; 0 where it anchored nothing
    function revoke(address device, uint64 lastEpoch) external onlyOwner {
        _revoke(device, lastEpoch);
    }

    /// @notice Ends several devices of one home gateway.
    function revokeMany(address[] calldata list, uint64 lastEpoch) external onlyOwner {
        for (uint256 i = 0; i < list.length; ++i) _revoke(list[i], lastEpoch);
    }

    /// @notice Lets a revoked device go on, as it was: for a mistake, not for a key that was stolen.
    /// @param lastEpoch the last that the home gateway anchored; nothing counts that was anchored since the revocation
    function reinstate(address device, uint64 lastEpoch) external onlyOwner {
        Device storage entry = _inStatus(device, Status.Revoked);
        Gap[] storage gaps = _gaps[device];
        Gap storage gap = gaps[gaps.length - 1];
        if (lastEpoch < gap.from) revert EpochSettled(device, lastEpoch, gap.from);
        _close(entry.homeGateway, lastEpoch);
        gap.to = lastEpoch;
        _setStatus(entry, Status.Approved);
        emit DeviceReinstated(device, lastEpoch);
    }

    /// @notice Epochs in which the device was revoked: after `from`, up to `to`.
    function revocations(address device) external view returns (Gap[] memory) {
        return _gaps[device];
    }

    /// @inheritdoc IDeviceStanding
    function checkReading(address device, uint8 role, address gateway, uint64 epoch) external view {
        Device storage entry = devices[device];
        if (entry.status < Status.Approved) revert WrongStatus(device, entry.status);
        if (role != entry.role) revert RoleDiffers(device, role);
        if (gateway != entry.homeGateway && !formerHome[device][gateway]) revert NeverHome(device, gateway);
        Gap[] storage gaps = _gaps[device];
        for (uint256 i = 0; i < gaps.length; ++i) {
            if (epoch > gaps[i].from && epoch <= gaps[i].to) revert RevokedAt(device, epoch);
        }
    }

    function _approve(address device, uint8 role) private {
        if (role > LAST_ROLE) revert RoleUnknown(role);
        Device storage entry = _inStatus(device, Status.Pending);
        entry.role = role;
        _setStatus(entry, Status.Approved);
        emit DeviceApproved(device, entry.homeGateway, role);
    }

    function _revoke(address device, uint64 lastEpoch) private {
        Device storage entry = _inStatus(device, Status.Approved);
        Gap[] storage gaps = _gaps[device];
        if (gaps.length > 0) {
            uint64 before = gaps[gaps.length - 1].to;
            if (lastEpoch < before) revert EpochSettled(device, lastEpoch, before);
        }
        _close(entry.homeGateway, lastEpoch);
        gaps.push(Gap(lastEpoch, type(uint64).max));
        _setStatus(entry, Status.Revoked);
        emit DeviceRevoked(device, lastEpoch);
    }

    /// @dev Asking for an anchor there keeps a slip of the pen from closing epochs that are still to come.
    function _close(address homeGateway, uint64 lastEpoch) private {
        if (lastEpoch == 0) return;
        if (gateways.anchors(homeGateway, lastEpoch) == 0) revert EpochNotAnchored(homeGateway, lastEpoch);
        gateways.closeEpochs(homeGateway, lastEpoch);
    }
}
