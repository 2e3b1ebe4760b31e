import { type Lane, Lanes } from "./lanes.ts"
import type { Verdict, Verifier, VerifyJob } from "./verifier.ts"

/** Reports of one batch: about 3 ms of work, so that neither a live report nor the event loop waits long for it. */
const BATCH = 32

interface Waiting {
  job: VerifyJob
  resolve(verdicts: Verdict[]): void
  reject(error: unknown): void
}

/**
 * Hands jobs to the verifier, as many batches at once as it takes; what waits here waits in its lane. Results are
 * released in the order in which jobs were handed over, whichever worker is faster, so commits follow arrival.
 */
export class VerifyQueue {
  readonly #verifier: Verifier
  readonly #lanes = new Lanes<Waiting>()
  #running = 0
  #scheduled = false
  #released: Promise<void> = Promise.resolve()

  constructor(verifier: Verifier) {
    this.#verifier = verifier
  }

  check(lane: Lane, device: number, job: VerifyJob): Promise<Verdict[]> {
    return new Promise((resolve, reject) => {
      this.#lanes.push(lane, device, { job, resolve, reject })
      this.#schedule()
    })
  }

  /** A turn of the event loop later: what came with the same turn goes into the same batch. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#running < this.#verifier.slots && this.#lanes.size > 0) this.#hand(this.#batch())
    })
  }

  #batch(): Waiting[] {
    const batch: Waiting[] = []
    for (let reports = 0; reports < BATCH && this.#lanes.size > 0; ) {
      const next = this.#lanes.take()!
      reports += next.job.reports.length
      batch.push(next)
    }
    return batch
  }

  #hand(batch: readonly Waiting[]): void {
    this.#running++
    const before = this.#released
    this.#released = this.#verifier
      .check(batch.map(({ job }) => job))
      .finally(() => {
        this.#running--
        if (this.#lanes.size > 0) this.#schedule()
      })
      .then(
        async (verdicts) => {
          await before
          for (const [i, { resolve }] of batch.entries()) resolve(verdicts[i]!)
        },
        async (error) => {
          await before
          for (const { reject } of batch) reject(error)
        },
      )
  }
}
