import { Worker } from "node:worker_threads"
import { ChainError, type ChainErrorCode } from "./errors.ts"
import { type Hex, loadOrCreateKey } from "./keys.ts"
import type { FromNode, NodeData, ToNode } from "./node/messages.ts"
import { type Provider, providerOf } from "./provider.ts"

/** Of no public network; a deployment that has several chains gives each its own. */
export const DEFAULT_CHAIN_ID = 337_721

export interface EmbeddedChainOptions {
  /** Data directory: keys/, genesis.json, chain.sqlite. */
  dir: string
  chainId?: number
  /** Unix milliseconds. */
  clock: { now(): number }
}

/** A node of a chain, ours or another's. */
export interface ChainNode {
  /** EIP-1193. */
  provider: Provider
  /** One JSON-RPC request or a batch of them, parsed; what to answer, `undefined` for notifications. Never throws. */
  handleRpc(body: unknown): Promise<unknown>
  chainId: number
  genesisHash: Hex
  close(): Promise<void>
}

export interface EmbeddedChain extends ChainNode {
  /** Addresses that may seal. */
  sealers: Hex[]
}

/** Starts the full node of the gateway in a thread of its own. */
export async function startEmbeddedChain(options: EmbeddedChainOptions): Promise<EmbeddedChain> {
  const { dir, chainId = DEFAULT_CHAIN_ID, clock } = options
  const funded = (["gateway", "operator"] as const).map((name) => loadOrCreateKey(dir, name).address)
  const workerData: NodeData = { dir, chainId, funded, now: clock.now() }
  const worker = new Worker(new URL("./node/worker.ts", import.meta.url), { workerData })
  const link = new WorkerLink(worker, clock)
  const { genesisHash, sealers } = await link.ready
  const handleRpc = (body: unknown) => link.request(body)
  return { provider: providerOf(handleRpc), handleRpc, chainId, genesisHash, sealers, close: () => link.close() }
}

type Ready = Extract<FromNode, { type: "ready" }>

/** Questions and answers across the thread's border. */
class WorkerLink {
  readonly ready: Promise<Ready>
  readonly #worker: Worker
  readonly #clock: { now(): number }
  readonly #waiting = new Map<number, (answer: unknown) => void>()
  readonly #exited: Promise<void>
  #nextId = 0
  #ended: string | undefined

  constructor(worker: Worker, clock: { now(): number }) {
    this.#worker = worker
    this.#clock = clock
    this.ready = new Promise((resolve, reject) => {
      worker.on("message", (message: FromNode) => {
        if (message.type === "ready") resolve(message)
        else if (message.type === "failed") reject(new ChainError(message.code as ChainErrorCode, message.message))
        else this.#settle(message.id, message.body)
      })
      worker.on("error", (error) => {
        this.#ended = `The chain's thread failed: ${error.message}`
      })
      worker.on("exit", () => reject(new ChainError("E_CHAIN_CLOSED", this.#ended ?? "The chain's thread ended.")))
    })
    this.#exited = new Promise((resolve) => {
      worker.on("exit", () => {
        this.#ended ??= "The chain is closed."
        for (const id of [...this.#waiting.keys()]) this.#settle(id, this.#endedAnswer())
        resolve()
      })
    })
  }

  request(body: unknown): Promise<unknown> {
    if (this.#ended) return Promise.resolve(this.#endedAnswer())
    return new Promise((resolve) => {
      const id = this.#nextId++
      this.#waiting.set(id, resolve)
      this.#post({ type: "request", id, now: this.#clock.now(), body })
    })
  }

  async close(): Promise<void> {
    this.#ended ??= "The chain is closed."
    this.#post({ type: "close" })
    await this.#exited
  }

  #post(message: ToNode): void {
    this.#worker.postMessage(message)
  }

  #settle(id: number, answer: unknown): void {
    this.#waiting.get(id)?.(answer)
    this.#waiting.delete(id)
  }

  #endedAnswer() {
    return { jsonrpc: "2.0", id: null, error: { code: -32603, message: this.#ended } }
  }
}
