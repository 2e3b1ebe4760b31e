import { EventEmitter } from "node:events"
import type { Worker } from "node:worker_threads"
import type { RpcSession } from "./embedded.ts"
import { ChainError, type ChainErrorCode } from "./errors.ts"
import type { FromNode, ToNode } from "./node/messages.ts"

export interface Clock {
  /** Unix milliseconds. */
  now(): number
}

type Ready = Extract<FromNode, { type: "ready" }>

/** Questions, answers and news across the border of the node's thread. */
export class WorkerLink {
  readonly ready: Promise<Ready>
  readonly #worker: Worker
  readonly #clock: Clock
  readonly #waiting = new Map<number, (answer: unknown) => void>()
  readonly #sessions = new Map<number, (message: object) => void>()
  readonly #blocks = new EventEmitter<{ block: [number] }>()
  readonly #exited: Promise<void>
  readonly #onFault: ((message: string) => void) | undefined
  #nextId = 0
  #ended: string | undefined

  constructor(worker: Worker, clock: Clock, onFault?: (message: string) => void) {
    this.#worker = worker
    this.#clock = clock
    this.#onFault = onFault
    this.#blocks.setMaxListeners(0) // one for each transaction that waits
    this.ready = new Promise((resolve, reject) => {
      worker.on("message", (message: FromNode) => {
        if (message.type === "ready") resolve(message)
        else if (message.type === "failed") reject(new ChainError(message.code as ChainErrorCode, message.message))
        else this.#take(message)
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

  request(body: unknown, session?: number): Promise<unknown> {
    const now = this.#clock.now()
    return this.#ask((id) => ({ type: "request", id, now, body, ...(session !== undefined && { session }) }))
  }

  /** Resolves when the block is there, or the thread has ended. */
  sealQuiet(since: number): Promise<unknown> {
    return this.#ask((id) => ({ type: "seal", id, now: this.#clock.now(), since }))
  }

  connect(notify: (message: object) => void): RpcSession {
    const session = this.#nextId++
    this.#sessions.set(session, notify)
    return {
      handleRpc: (body) => this.request(body, session),
      close: () => {
        if (this.#sessions.delete(session)) this.#post({ type: "disconnect", session })
      },
    }
  }

  onBlock(listener: (number: number) => void): () => void {
    this.#blocks.on("block", listener)
    return () => void this.#blocks.off("block", listener)
  }

  async close(): Promise<void> {
    this.#ended ??= "The chain is closed."
    this.#post({ type: "close" })
    await this.#exited
  }

  #take(message: Exclude<FromNode, { type: "ready" } | { type: "failed" }>): void {
    if (message.type === "answer") this.#settle(message.id, message.body)
    else if (message.type === "fault") this.#onFault?.(message.message)
    else if (message.type === "block") this.#blocks.emit("block", message.number)
    else this.#sessions.get(message.session)?.(message.message)
  }

  #ask(question: (id: number) => ToNode): Promise<unknown> {
    if (this.#ended) return Promise.resolve(this.#endedAnswer())
    return new Promise((resolve) => {
      const id = this.#nextId++
      this.#waiting.set(id, resolve)
      this.#post(question(id))
    })
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
