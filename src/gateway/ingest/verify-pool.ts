import { availableParallelism } from "node:os"
import type { Crypto } from "../../protocol/crypto.ts"
import type { Logger } from "../log.ts"
import { checkAll, type Verdict, type Verifier, type VerifyJob } from "./verifier.ts"
import { type Batch, VerifyMember } from "./verify-member.ts"

export interface VerifyPoolOptions {
  crypto: Crypto
  log: Logger
  /** default: one for each core but the one that ingests */
  workers?: number
  /** what a worker runs */
  source?: URL
}

/** One that a worker checks, and one that waits for it, so that it never runs dry. */
const BATCHES_A_WORKER = 2
/** With fewer reports, and nobody busy, the way to another thread and back takes longer than the check. */
const INLINE = 2
/** Workers that ended one after the other without a single answer: then something is wrong that no new one mends. */
const MOST_FAILURES = 3

/**
 * Checks signatures in threads of their own. A worker that dies is replaced, and what it had is checked again; a batch
 * that has taken two workers with it is checked here, and so is everything where no worker can be had.
 */
export class VerifyPool implements Verifier {
  readonly slots: number
  readonly #options: VerifyPoolOptions
  readonly #members = new Set<VerifyMember>()
  readonly #again = new WeakSet<Batch>()
  #failures = 0
  #running = 0
  #closed = false
  #idle: () => void = () => {}

  constructor(options: VerifyPoolOptions) {
    this.#options = options
    const workers = options.workers ?? Math.max(1, availableParallelism() - 1)
    this.slots = workers * BATCHES_A_WORKER
    for (let i = 0; i < workers; i++) this.#hire()
  }

  /** Workers, ready or not; none once the pool has given up. */
  get size(): number {
    return this.#members.size
  }

  /** Workers that can take a batch. */
  get ready(): number {
    return [...this.#members].filter(({ ready }) => ready).length
  }

  async check(jobs: readonly VerifyJob[]): Promise<Verdict[][]> {
    const reports = jobs.reduce((sum, job) => sum + job.reports.length, 0)
    if (reports <= INLINE && this.#running === 0) return checkAll(this.#options.crypto, jobs)
    this.#running++
    try {
      return await new Promise((resolve) => this.#give({ jobs, resolve }))
    } finally {
      if (--this.#running === 0) this.#idle()
    }
  }

  /** Ends when all that was taken is answered. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#running > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    await Promise.all([...this.#members].map((member) => member.end()))
  }

  #give(batch: Batch): void {
    const [first, ...others] = [...this.#members].filter(({ ready }) => ready)
    const member = others.reduce((a, b) => (b.batches.size < a!.batches.size ? b : a), first)
    if (member) member.take(batch)
    else batch.resolve(checkAll(this.#options.crypto, batch.jobs))
  }

  #hire(): void {
    const source = this.#options.source ?? new URL("./verify-worker.ts", import.meta.url)
    this.#members.add(new VerifyMember(source, (member, error) => this.#lost(member, error)))
  }

  #lost(member: VerifyMember, error?: Error): void {
    this.#members.delete(member)
    if (this.#closed && this.#running === 0) return
    this.#options.log.warn({ err: error, batches: member.batches.size }, "a verification worker ended")
    this.#failures = member.answered ? 0 : this.#failures + 1
    if (!this.#closed && this.#failures < MOST_FAILURES) this.#hire()
    for (const batch of member.batches.values()) {
      if (this.#again.has(batch)) batch.resolve(checkAll(this.#options.crypto, batch.jobs))
      else {
        this.#again.add(batch)
        this.#give(batch)
      }
    }
  }
}
