import { bytesToHex, hexToBytes, type PublicClient } from "viem"
import { registryAbi } from "./abi.ts"
import type { ChainAccount } from "./account.ts"
import { approveMany, lastAnchoredEpoch } from "./decisions.ts"
import type { Deployment } from "./deploy.ts"
import type { Inclusion } from "./inclusion.ts"
import type { Hex } from "./keys.ts"
import { eventsOf } from "./logs.ts"

/** As DeviceRegistry.sol numbers them. */
export const STATUSES = ["none", "pending", "approved", "revoked"] as const
export type DeviceStatus = (typeof STATUSES)[number]

export interface DeviceState {
  status: DeviceStatus
  /** 0 server-trusted, 1 sensor, 2 light. */
  role: number
  homeGateway: Hex
  /** Block of the last change of status. */
  changedAt: number
  profileHash: Uint8Array
}

export interface DeviceRequest {
  /** 65 bytes, uncompressed. */
  publicKey: Uint8Array
  profileHash: Uint8Array
  homeGateway: Hex
  /** The hello as the device signed it. */
  helloPayload: Uint8Array
  /** r (32) || s (32) || recovery id (1). */
  signature: Uint8Array
}

/** A request that waits for the operator. */
export interface PendingDevice {
  device: Hex
  homeGateway: Hex
  profileHash: Uint8Array
  publicKey: Uint8Array
  helloPayload: Uint8Array
  blockNumber: number
}

interface Accounts {
  gateway: ChainAccount
  operator: ChainAccount
}

const lower = (hex: Hex) => hex.toLowerCase() as Hex

/** DeviceRegistry: the gateway requests, the operator decides. */
export class Registry {
  readonly address: Hex
  readonly #client: PublicClient
  readonly #accounts: Accounts
  readonly #deployment: Deployment

  constructor(client: PublicClient, deployment: Deployment, accounts: Accounts) {
    this.address = deployment.registry
    this.#client = client
    this.#accounts = accounts
    this.#deployment = deployment
  }

  request({ publicKey, profileHash, homeGateway, helloPayload, signature }: DeviceRequest): Promise<Inclusion> {
    const [r, s] = [bytesToHex(signature.subarray(0, 32)), bytesToHex(signature.subarray(32, 64))]
    const v = 27 + signature[64]!
    const [key, profile, hello] = [bytesToHex(publicKey), bytesToHex(profileHash), bytesToHex(helloPayload)]
    const args = [key, profile, homeGateway, hello, r, s, v] as const
    return this.#accounts.gateway.call(this.address, { abi: registryAbi, functionName: "request", args })
  }

  approve(device: Hex, role: number): Promise<Inclusion> {
    return this.#accounts.operator.call(this.address, {
      abi: registryAbi,
      functionName: "approve",
      args: [device, role],
    })
  }

  /** Several in one transaction. */
  approveAll(devices: readonly Hex[], role: number): Promise<Inclusion> {
    return approveMany(this.#accounts.operator, this.address, devices, role)
  }

  reject(device: Hex): Promise<Inclusion> {
    return this.#accounts.operator.call(this.address, { abi: registryAbi, functionName: "reject", args: [device] })
  }

  /** `lastEpoch`: whose anchors still count for contracts; the last of the home gateway unless given. */
  async revoke(device: Hex, lastEpoch?: number): Promise<Inclusion> {
    const { homeGateway } = await this.device(device)
    const last = lastEpoch ?? (await lastAnchoredEpoch(this.#client, this.#deployment, homeGateway))
    const args = [device, BigInt(last)] as const
    return this.#accounts.operator.call(this.address, { abi: registryAbi, functionName: "revoke", args })
  }

  /** State of a device, now or after a given block. */
  async device(device: Hex, blockNumber?: number): Promise<DeviceState> {
    const [status, role, homeGateway, changedAt, profileHash] = await this.#client.readContract({
      ...{ address: this.address, abi: registryAbi, functionName: "devices", args: [device] },
      ...(blockNumber !== undefined && { blockNumber: BigInt(blockNumber) }),
    })
    return {
      status: STATUSES[status]!,
      role,
      homeGateway: lower(homeGateway),
      changedAt: Number(changedAt),
      profileHash: hexToBytes(profileHash),
    }
  }

  /** Requests that no decision has followed, oldest first. */
  async pending(): Promise<PendingDevice[]> {
    const waiting = new Map<Hex, PendingDevice>()
    const { fromBlock } = this.#deployment
    const events = await eventsOf(this.#client, { address: this.address, abi: registryAbi, fromBlock })
    for (const { eventName, args, blockNumber } of events) {
      if (!("device" in args)) continue
      const device = lower(args.device!)
      waiting.delete(device)
      if (eventName !== "DeviceRequested") continue
      const { homeGateway, profileHash, publicKey, hello } = args as Required<typeof args> & Record<string, Hex>
      waiting.set(device, {
        ...{ device, homeGateway: lower(homeGateway!), blockNumber: Number(blockNumber) },
        ...{
          profileHash: hexToBytes(profileHash!),
          publicKey: hexToBytes(publicKey!),
          helloPayload: hexToBytes(hello!),
        },
      })
    }
    return [...waiting.values()]
  }
}
