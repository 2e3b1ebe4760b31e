import { parseAbi } from "viem"

// The part of the contracts' interfaces that the gateway uses, in a form from which viem derives types. A test holds it
// against what the compiler says.

export const registryAbi = parseAbi([
  "constructor(address operator, address readingAnchor)",
  "function request(bytes publicKey, bytes32 profileHash, address homeGateway, bytes helloPayload, bytes32 r, bytes32 s, uint8 v)",
  "function approve(address device, uint8 role)",
  "function reject(address device)",
  "function revoke(address device, uint64 lastEpoch)",
  "function devices(address device) view returns (uint8 status, uint8 role, address homeGateway, uint64 changedAt, bytes32 profileHash)",
  "function deviceSlot(address device) view returns (bytes32 slot)",
  "function externalAad(address device) view returns (bytes)",
  "function gateways() view returns (address)",
  "event DeviceRequested(address indexed device, address indexed homeGateway, bytes32 profileHash, bytes publicKey, bytes hello)",
  "event DeviceApproved(address indexed device, address indexed homeGateway, uint8 role)",
  "event DeviceRejected(address indexed device)",
  "event DeviceRevoked(address indexed device, uint64 lastEpoch)",
  "error PublicKeyInvalid()",
  "error NotSignedByDevice(address device, address signer)",
  "error WrongStatus(address device, uint8 status)",
  "error RequestedElsewhere(address device, address homeGateway)",
  "error HelloInvalid()",
  "error SignatureInvalid()",
  "error RoleUnknown(uint8 role)",
  "error EpochNotAnchored(address homeGateway, uint64 epoch)",
  "error EpochSettled(address device, uint64 epoch, uint64 before)",
  "error NotGateway(address caller)",
  "error OwnableUnauthorizedAccount(address account)",
])

export const anchorAbi = parseAbi([
  "constructor(address operator, address registry)",
  "function recordAnchor(uint256 position, bytes32 root)",
  "function anchors(address gateway, uint64 epoch) view returns (bytes32 link)",
  "function isGateway(address gateway) view returns (bool)",
  "function approveGateway(address gateway)",
  "event Anchored(address indexed gateway, uint64 indexed epoch, uint256 position, bytes32 root)",
  "event GatewayApproved(address indexed gateway)",
  "error AlreadyAnchored(address gateway, uint64 epoch)",
  "error PreviousMissing(address gateway, uint64 previousEpoch)",
  "error EpochNotAfter(uint256 epoch, uint256 previousEpoch)",
  "error EmptyAnchor()",
  "error EpochClosed(uint256 epoch, uint256 closedTo)",
  "error WrongStanding(address gateway, uint8 standing)",
  "error NotGateway(address caller)",
  "error OwnableUnauthorizedAccount(address account)",
])
