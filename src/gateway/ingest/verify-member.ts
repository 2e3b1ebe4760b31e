import { Worker } from "node:worker_threads"
import type { Verdict, VerifyJob } from "./verifier.ts"
import { packJobs, unpackVerdicts } from "./verify-wire.ts"

export interface ToVerifyWorker {
  id: number
  jobs: ArrayBuffer
}

export type FromVerifyWorker = { type: "ready" } | { type: "verdicts"; id: number; verdicts: ArrayBuffer }

/** A batch on its way: what to check again, should the worker not come back with it. */
export interface Batch {
  jobs: readonly VerifyJob[]
  resolve(verdicts: Verdict[][]): void
}

/** One worker of the pool and the batches it has. It dies once; the pool then makes another. */
export class VerifyMember {
  ready = false
  /** whether it ever brought a batch back */
  answered = false
  readonly batches = new Map<number, Batch>()
  readonly #worker: Worker
  #nextId = 0

  constructor(source: URL, onExit: (member: VerifyMember, error?: Error) => void) {
    // Batches are small and short-lived: V8 would let them take far more memory than they gain speed.
    this.#worker = new Worker(source, { resourceLimits: { maxYoungGenerationSizeMb: 8 } })
    // It has nothing of its own to do: what keeps the process alive are those who wait for it.
    this.#worker.unref()
    this.#worker.on("message", (message: FromVerifyWorker) => {
      if (message.type === "ready") this.ready = true
      else this.#settle(message.id, message.verdicts)
    })
    let fault: Error | undefined
    this.#worker.on("error", (error) => {
      fault = error as Error
    })
    this.#worker.once("exit", () => {
      this.ready = false
      onExit(this, fault)
    })
  }

  take(batch: Batch): void {
    const id = this.#nextId++
    const message: ToVerifyWorker = { id, jobs: packJobs(batch.jobs) }
    if (this.batches.size === 0) this.#worker.ref()
    this.batches.set(id, batch)
    this.#worker.postMessage(message, [message.jobs])
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(id: number, verdicts: ArrayBuffer): void {
    const { jobs, resolve } = this.batches.get(id)!
    this.batches.delete(id)
    this.answered = true
    if (this.batches.size === 0) this.#worker.unref()
    resolve(unpackVerdicts(verdicts, jobs))
  }
}
