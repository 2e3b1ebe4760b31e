import { parseAbi } from "viem"

// The part of the contracts' interfaces that the gateway uses, in a form from which viem derives types. A test holds it
// against what the compiler says.

export const registryAbi = parseAbi([
  "constructor(address operator, address gatewayRegistry)",
  "function request(bytes publicKey, bytes32 profileHash, address homeGateway, bytes helloPayload, bytes32 r, bytes32 s, uint8 v)",
  "function approve(address device, uint8 role)",
  "function reject(address device)",
  "function revoke(address device)",
  "function devices(address device) view returns (uint8 status, uint8 role, address homeGateway, uint64 changedAt, bytes32 profileHash)",
  "function deviceSlot(address device) view returns (bytes32 slot)",
  "function externalAad(address device) view returns (bytes)",
  "function gateways() view returns (address)",
  "event DeviceRequested(address indexed device, address indexed homeGateway, bytes32 profileHash, bytes publicKey, bytes hello)",
  "event DeviceApproved(address indexed device, address indexed homeGateway, uint8 role)",
  "event DeviceRejected(address indexed device)",
  "event DeviceRevoked(address indexed device)",
  "error PublicKeyInvalid()",
  "error NotSignedByDevice(address device, address signer)",
  "error WrongStatus(address device, uint8 status)",
  "error RequestedElsewhere(address device, address homeGateway)",
  "error HelloInvalid()",
  "error SignatureInvalid()",
  "error NotGateway(address caller)",
  "error OwnableUnauthorizedAccount(address account)",
])

export const anchorAbi = parseAbi([
  "constructor(address operator)",
  "function anchor(uint64 epoch, uint64 previousEpoch, bytes32 root, uint32 count)",
  "function anchors(address gateway, uint64 epoch) view returns (bytes32 link)",
  "function isGateway(address gateway) view returns (bool)",
  "function approveGateway(address gateway)",
  "function revokeGateway(address gateway)",
  "event Anchored(address indexed gateway, uint64 indexed epoch, uint64 previousEpoch, bytes32 root, uint32 count)",
  "event GatewayApproved(address indexed gateway)",
  "event GatewayRevoked(address indexed gateway)",
  "error AlreadyAnchored(address gateway, uint64 epoch)",
  "error PreviousMissing(address gateway, uint64 previousEpoch)",
  "error EpochNotAfter(uint64 epoch, uint64 previousEpoch)",
  "error EmptyAnchor()",
  "error GatewayUnchanged(address gateway)",
  "error NotGateway(address caller)",
  "error OwnableUnauthorizedAccount(address account)",
])
