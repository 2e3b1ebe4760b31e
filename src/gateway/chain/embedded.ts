import { Worker } from "node:worker_threads"
import { type Hex, loadOrCreateKey } from "./keys.ts"
import type { NodeData } from "./node/messages.ts"
import { type Provider, providerOf } from "./provider.ts"
import { type Clock, WorkerLink } from "./worker-link.ts"

/** Of no public network; a deployment that has several chains gives each its own. */
export const DEFAULT_CHAIN_ID = 337_721

export interface EmbeddedChainOptions {
  /** Data directory: keys/, genesis.json, chain.sqlite. */
  dir: string
  chainId?: number
  /** Unix milliseconds. */
  clock: Clock
  /** 32 bytes for extraData of every block sealed from now on; absent: zeros. */
  vanity?: Uint8Array | undefined
  /** false: blocks may be lost with the machine's power; for simulations */
  durable?: boolean | undefined
  /** Told why a block could not be written; the node goes on trying. */
  onFault?(message: string): void
}

/** A node of a chain, ours or another's. */
export interface ChainNode {
  /** EIP-1193. */
  provider: Provider
  /** One JSON-RPC request or a batch of them, parsed; what to answer, `undefined` for notifications. Never throws. */
  handleRpc(body: unknown): Promise<unknown>
  chainId: number
  genesisHash: Hex
  /** Calls `listener` after each block, where the node tells; returns what ends it. */
  onBlock?(listener: (number: number) => void): () => void
  close(): Promise<void>
}

/** A connection that stays open, such as a WebSocket: what it subscribed to is its own, and ends with it. */
export interface RpcSession {
  handleRpc(body: unknown): Promise<unknown>
  close(): void
}

export interface EmbeddedChain extends ChainNode {
  /** Addresses that may seal. */
  sealers: Hex[]
  onBlock(listener: (number: number) => void): () => void
  /** Seals a block, if need be an empty one, unless there is one since `since` (Unix milliseconds); resolves after it. */
  sealQuiet(since: number): Promise<unknown>
  /** Opens a session; `notify` gets JSON-RPC notifications (eth_subscription). */
  connect(notify: (message: object) => void): RpcSession
}

/** Starts the full node of the gateway in a thread of its own. */
export async function startEmbeddedChain(options: EmbeddedChainOptions): Promise<EmbeddedChain> {
  const { dir, chainId = DEFAULT_CHAIN_ID, clock, vanity, durable } = options
  const funded = (["gateway", "operator"] as const).map((name) => loadOrCreateKey(dir, name).address)
  const workerData: NodeData = { dir, chainId, funded, now: clock.now(), vanity, durable }
  // V8 would let young objects take 100 MiB before it looks at them: that costs memory and gains nothing here.
  const resourceLimits = { maxYoungGenerationSizeMb: 24 }
  const worker = new Worker(new URL("./node/worker.ts", import.meta.url), { workerData, resourceLimits })
  const link = new WorkerLink(worker, clock, options.onFault)
  const { genesisHash, sealers } = await link.ready
  const handleRpc = (body: unknown) => link.request(body)
  return {
    ...{ provider: providerOf(handleRpc), handleRpc, chainId, genesisHash, sealers },
    onBlock: (listener) => link.onBlock(listener),
    sealQuiet: (since) => link.sealQuiet(since),
    connect: (notify) => link.connect(notify),
    close: () => link.close(),
  }
}
