// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CborHead} from "./CborHead.sol";
import {CoseSign1} from "./CoseSign1.sol";
import {DeviceEnrolment} from "./DeviceEnrolment.sol";
import {IDeviceStanding} from "./IDeviceStanding.sol";
import {IReadingAnchor} from "./IReadingAnchor.sol";
import {MerklePath} from "./MerklePath.sol";
import {ReportHead} from "./ReportHead.sol";

/// @title Lets contracts act on a reading
/// @notice Checks a report from the device's signature up to the anchor. It has no state and no owner: anybody may deploy
/// another. It is not part of ReadingAnchor because DeviceRegistry, which it asks too, needs ReadingAnchor to exist.
contract ReadingVerifier {
    /// @param device who signed
    /// @param payload the report without its signature
    /// @param v 27 or 28
    struct SignedReport {
        address device;
        bytes payload;
        bytes32 r;
        bytes32 s;
        uint8 v;
    }

    /// @param gatewayTime of arrival, Unix milliseconds
    /// @param role as the leaf names it
    /// @param index of the leaf, from 0
    /// @param path lowest step first
    struct Place {
        uint64 gatewayTime;
        uint8 role;
        uint32 index;
        bytes32[] path;
    }

    /// @param previous link of the anchor before, zero for the first
    /// @param count leaves
    struct AnchorRef {
        address gateway;
        uint64 epoch;
        bytes32 previous;
        uint32 count;
    }

    IDeviceStanding public immutable registry;
    IReadingAnchor public immutable readingAnchor;

    /// @notice The chain holds `found` there; report, path and previous link make `expected`.
    error AnchorDiffers(bytes32 found, bytes32 expected);
    /// @notice The report claims an epoch after its anchor's.
    error ReportFromFuture(uint256 claimed, uint64 epoch);

    constructor(IDeviceStanding deviceRegistry, IReadingAnchor anchorContract) {
        registry = deviceRegistry;
        readingAnchor = anchorContract;
    }

    /// @notice True, or a revert that names what is wrong. docs/chain.md says how this differs from a full audit.
    function verifyReading(SignedReport calldata report, Place calldata place, AnchorRef calldata anchor)
        external
        view
        returns (bool)
    {
        (, uint256 claimed) = ReportHead.read(report.payload);
        if (claimed > anchor.epoch) revert ReportFromFuture(claimed, anchor.epoch);
        address signer = CoseSign1.signer(
            address(registry), report.device, report.payload, report.r, report.s, report.v
        );
        if (signer != report.device) revert DeviceEnrolment.NotSignedByDevice(report.device, signer);

        bytes32 root = MerklePath.root(leafOf(report, place), place.index, anchor.count, place.path);
        bytes32 expected = sha256(abi.encodePacked(anchor.previous, root, anchor.count, anchor.epoch));
        bytes32 found = readingAnchor.anchors(anchor.gateway, anchor.epoch);
        if (found != expected) revert AnchorDiffers(found, expected);
        registry.checkReading(report.device, place.role, anchor.gateway, anchor.epoch);
        return true;
    }

    /// @notice The encoded leaf: CBOR [gatewayTime, role, COSE_Sign1] (docs/protocol.md, section 7).
    function leafOf(SignedReport calldata report, Place calldata place) public pure returns (bytes memory) {
        return abi.encodePacked(
            hex"83",
            CborHead.encode(CborHead.UINT, place.gatewayTime),
            CborHead.encode(CborHead.UINT, place.role),
            CoseSign1.message(report.payload, report.r, report.s)
        );
    }
}
