/** When a run of K epochs is over. */
import type { DeviceState } from "./state.ts"
import { isDone } from "./state.ts"

/** Epochs that receipts may take after the last sample. */
export const EPOCHS_FOR_RECEIPTS = 5
/** A fleet in which nothing moves for this long beyond those epochs will not end by itself. */
const GRACE_US = 30_000_000

export type Verdict = "running" | "done" | "late"

/** Watches a fleet whose sensors end; ask it after each event and from time to time. */
export class RunEnd {
  readonly #epoch: number
  readonly #grace: number
  #progress = -1
  #progressAt: number
  #exhaustedAt: number | undefined

  /** `epoch`: its length in microseconds, as `now` is; `grace`: what bad air may cost, beyond all epochs. */
  constructor(epoch: number, now: number, grace = 0) {
    this.#epoch = epoch
    this.#grace = grace
    this.#progressAt = now
  }

  check(devices: readonly DeviceState[], now: number): Verdict {
    if (devices.every(isDone)) return "done"
    if (this.#exhaustedAt === undefined && devices.every(({ exhausted }) => exhausted)) this.#exhaustedAt = now
    // A report goes out in the epoch of its last sample: the count starts where that epoch ends, at the latest.
    if (
      this.#exhaustedAt !== undefined &&
      now > this.#exhaustedAt + (EPOCHS_FOR_RECEIPTS + 1) * this.#epoch + this.#grace
    )
      return "late"
    const progress = devices.reduce((sum, device) => sum + device.samples + device.acked.size + device.receipts.size, 0)
    // A fleet that waits for its operator waits as long as the operator takes.
    if (progress !== this.#progress || devices.some(({ pending }) => pending)) {
      this.#progress = progress
      this.#progressAt = now
    }
    return now > this.#progressAt + EPOCHS_FOR_RECEIPTS * this.#epoch + GRACE_US + this.#grace ? "late" : "running"
  }
}
