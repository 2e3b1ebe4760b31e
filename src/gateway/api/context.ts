import type { IncomingMessage, Server } from "node:http"
import { fromHex, toHex } from "../../protocol/bytes.ts"
import type { EpochSchedule } from "../../protocol/epochs.ts"
import { GatewayError } from "../errors.ts"
import type { Clock } from "../ports.ts"
import type { Device } from "../store/devices.ts"
import type { Feed } from "../store/feed.ts"
import type { Store } from "../store/store.ts"
import type { AccessLog } from "./access/access-log.ts"
import type { Policy } from "./access/policy.ts"
import type { Problem } from "./health.ts"
import type { Metrics } from "./metrics.ts"

/** Everything the API needs of the gateway. */
export interface ApiContext {
  store: Store
  feed: Feed
  clock: Clock
  metrics: Metrics
  policy: Policy
  accessLog: AccessLog
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
    /** transactions of the operator, whose key is in the data directory */
    operate?: Operate
    serveWebSocket(server: Server, path: string, allow?: (request: IncomingMessage) => boolean): () => void
  }
  /** 33 bytes */
  gatewayPublicKey: Uint8Array
  coapPort: number
  /** What keeps the gateway from its work; none: nothing. */
  problems(): Promise<Problem[]>
  /** What devices said that contradicts the chain: it keeps nobody from working, and an operator must look at it. */
  alarms?(): Problem | undefined
  receipt(device: Device, seq: number): Promise<Uint8Array>
}

export interface Operate {
  approve(address: `0x${string}`, role: number): Promise<unknown>
  revoke(address: `0x${string}`): Promise<unknown>
}

export const hex = (bytes: Uint8Array): `0x${string}` => `0x${toHex(bytes)}`

/** Throws `E_ADDRESS`, `E_DEVICE_UNKNOWN`. */
export function deviceOf(store: Pick<Store, "devices">, address: string): Device {
  if (!/^0x[0-9a-fA-F]{40}$/.test(address))
    throw new GatewayError("E_ADDRESS", `"${address.slice(0, 50)}" is not an address: 0x and 40 hex digits expected.`)
  const device = store.devices.byAddress(fromHex(address))
  if (!device) throw new GatewayError("E_DEVICE_UNKNOWN", `No device has the address ${address}.`)
  return device
}
