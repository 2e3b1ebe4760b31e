/**
 * The gateway's chain: a full node of its own or somebody else's, and the contracts on it.
 * @module
 */

export { type AnchorRequest, Anchors } from "./anchors.ts"
export { type Contracts, type ContractsOptions, openContracts } from "./contracts.ts"
export { DeviceControl, HOME_DELEGATE } from "./control.ts"
export {
  type Approval,
  approveMany,
  lastAnchoredEpoch,
  reinstate,
  relayApproval,
  revokeMany,
  signApproval,
} from "./decisions.ts"
export { type Deployment, deployContracts } from "./deploy.ts"
export {
  type ChainNode,
  DEFAULT_CHAIN_ID,
  type EmbeddedChain,
  type RpcSession,
  startEmbeddedChain,
} from "./embedded.ts"
export { ChainError, type ChainErrorCode } from "./errors.ts"
export { type GatewayStanding, type GatewayState, Gateways } from "./gateways.ts"
export type { Inclusion } from "./inclusion.ts"
export { type Hex, type KeyPair, loadOrCreateKey } from "./keys.ts"
export { connectNetwork, type NetworkOptions } from "./network.ts"
export { type AnchorProof, Proofs, type StorageProof } from "./proofs.ts"
export type { Provider } from "./provider.ts"
export { type AnchoredReading, Readings } from "./readings.ts"
export { type DeviceRequest, type DeviceState, type DeviceStatus, type PendingDevice, Registry } from "./registry.ts"
export { anchorLink, anchorPosition, anchorSlot, deviceSlots } from "./slots.ts"
export { type AnchorStatement, proveContradiction, proveEquivocation, signStatement } from "./statements.ts"
export { exportChain, importChain, type TransferOptions, type Transferred } from "./transfer.ts"
export { serveWebSocket, type WebSocketOptions } from "./websocket.ts"
