import { fromHex, toHex } from "../../protocol/bytes.ts"
import type { EpochSchedule } from "../../protocol/epochs.ts"
import { GatewayError } from "../errors.ts"
import type { Clock } from "../ports.ts"
import type { Device } from "../store/devices.ts"
import type { Store } from "../store/store.ts"
import type { Metrics } from "./metrics.ts"

/** Everything the API reads. It changes nothing of its own; `POST /rpc` goes to the chain. */
export interface ApiContext {
  store: Store
  clock: Clock
  metrics: Metrics
  schedule(): EpochSchedule
  minedEpoch(): number
  chain: {
    chainId: number
    genesisHash: string
    sealers: string[]
    registry: string
    anchors: string
    gateway: string
    operator: string
    handleRpc(body: unknown): Promise<unknown>
    head(): Promise<{ height: number; hash: string }>
  }
  /** 33 bytes */
  gatewayPublicKey: Uint8Array
  coapPort: number
  /** What keeps the gateway from its work; `undefined`: nothing. */
  trouble(): string | undefined
  receipt(device: Device, seq: number): Promise<Uint8Array>
}

export const hex = (bytes: Uint8Array) => `0x${toHex(bytes)}`

/** Throws `E_ADDRESS`, `E_DEVICE_UNKNOWN`. */
export function deviceOf(store: Pick<Store, "devices">, address: string): Device {
  if (!/^0x[0-9a-fA-F]{40}$/.test(address))
    throw new GatewayError("E_ADDRESS", `"${address.slice(0, 50)}" is not an address: 0x and 40 hex digits expected.`)
  const device = store.devices.byAddress(fromHex(address))
  if (!device) throw new GatewayError("E_DEVICE_UNKNOWN", `No device has the address ${address}.`)
  return device
}

/** A whole number in a query string. Throws `E_QUERY`. */
export function wholeNumber(name: string, text: unknown, fallback: number, most: number): number {
  if (text === undefined) return fallback
  const value = typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= most)) throw new GatewayError("E_QUERY", `${name}: a whole number from 0 to ${most} expected.`)
  return value
}
