import { bytesToHex, type PublicClient, parseAbi } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { anchorAbi } from "./abi.ts"
import type { ChainAccount } from "./account.ts"
import type { Deployment } from "./deploy.ts"
import type { Inclusion } from "./inclusion.ts"
import type { Hex } from "./keys.ts"
import { eventsOf } from "./logs.ts"
import type { DeviceState } from "./registry.ts"

export const decisionsAbi = parseAbi([
  "struct Gap { uint64 from; uint64 to; }",
  "function approveMany(address[] list, uint8 role)",
  "function approveSigned(address device, uint8 role, uint256 deadline, bytes signature)",
  "function approvalDigest(address device, uint8 role, uint256 deadline) view returns (bytes32)",
  "function revokeMany(address[] list, uint64 lastEpoch)",
  "function reinstate(address device, uint64 lastEpoch)",
  "function revocations(address device) view returns (Gap[])",
  "event DeviceReinstated(address indexed device, uint64 lastEpoch)",
  "error WrongStatus(address device, uint8 status)",
  "error RoleUnknown(uint8 role)",
  "error NotSignedByOperator()",
  "error AuthorisationExpired(uint256 deadline)",
  "error EpochNotAnchored(address homeGateway, uint64 epoch)",
  "error EpochSettled(address device, uint64 epoch, uint64 before)",
  "error OwnableUnauthorizedAccount(address account)",
])

/** The highest epoch that a gateway has anchored, 0 where none: what a revocation takes for the last that counts. */
export async function lastAnchoredEpoch(client: PublicClient, deployment: Deployment, gateway: Hex): Promise<number> {
  const { anchor, fromBlock } = deployment
  const events = await eventsOf(client, { address: anchor, abi: anchorAbi, fromBlock })
  const own = events.flatMap(({ eventName, args }) =>
    eventName === "Anchored" && args.gateway.toLowerCase() === gateway.toLowerCase() ? [Number(args.epoch)] : [],
  )
  return own.reduce((highest, epoch) => Math.max(highest, epoch), 0)
}

export function approveMany(operator: ChainAccount, registry: Hex, devices: readonly Hex[], role: number) {
  return operator.call(registry, { abi: decisionsAbi, functionName: "approveMany", args: [devices, role] })
}

/** All devices of one home gateway; `lastEpoch` is the last that it anchored. */
export function revokeMany(operator: ChainAccount, registry: Hex, devices: readonly Hex[], lastEpoch: number) {
  return operator.call(registry, {
    ...{ abi: decisionsAbi, functionName: "revokeMany", args: [devices, BigInt(lastEpoch)] as const },
  })
}

export function reinstate(operator: ChainAccount, registry: Hex, device: Hex, lastEpoch: number): Promise<Inclusion> {
  return operator.call(registry, {
    ...{ abi: decisionsAbi, functionName: "reinstate", args: [device, BigInt(lastEpoch)] as const },
  })
}

/** The operator's word on a request, for anybody to bring to the chain. */
export interface Approval {
  device: Hex
  role: number
  /** Last second (Unix) in which it holds. */
  deadline: number
  signature: Hex
}

const types = {
  DeviceApproval: [
    { name: "device", type: "address" },
    { name: "role", type: "uint8" },
    { name: "homeGateway", type: "address" },
    { name: "profileHash", type: "bytes32" },
    { name: "requestedAt", type: "uint64" },
    { name: "deadline", type: "uint256" },
  ],
} as const

/** Signs for exactly the request that `state` shows; needs no connection to the chain. */
export async function signApproval(
  operatorKey: Hex,
  { chainId, registry }: Pick<Deployment, "chainId" | "registry">,
  { device, role, deadline }: Omit<Approval, "signature">,
  { homeGateway, profileHash, changedAt }: Pick<DeviceState, "homeGateway" | "profileHash" | "changedAt">,
): Promise<Approval> {
  const request = { homeGateway, profileHash: bytesToHex(profileHash), requestedAt: BigInt(changedAt) }
  const signature = await privateKeyToAccount(operatorKey).signTypedData({
    domain: { name: "Dormouse DeviceRegistry", version: "1", chainId, verifyingContract: registry },
    ...{ types, primaryType: "DeviceApproval", message: { device, role, ...request, deadline: BigInt(deadline) } },
  })
  return { device, role, deadline, signature }
}

/** Brings a signed approval to the chain, at the relayer's cost. */
export function relayApproval(relayer: ChainAccount, registry: Hex, approval: Approval): Promise<Inclusion> {
  const { device, role, deadline, signature } = approval
  const args = [device, role, BigInt(deadline), signature] as const
  return relayer.call(registry, { abi: decisionsAbi, functionName: "approveSigned", args })
}
