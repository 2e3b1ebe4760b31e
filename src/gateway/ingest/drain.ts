import type { Clock } from "../ports.ts"

/** Time over which the rate is averaged. */
const MEMORY_MS = 5_000

/** How fast a queue empties, measured while something is in it: what a busy gateway tells those who must wait. */
export class Drain {
  readonly #clock: Pick<Clock, "now">
  #waiting = 0
  #since = 0
  #left = 0
  #busy = 0

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock
  }

  get waiting(): number {
    return this.#waiting
  }

  enter(count: number): void {
    if (this.#waiting === 0) this.#since = this.#clock.now()
    this.#waiting += count
  }

  leave(count: number): void {
    const now = this.#clock.now()
    const elapsed = now - this.#since
    this.#waiting -= count
    this.#left += count
    if (elapsed === 0) return
    const kept = Math.exp(-elapsed / MEMORY_MS)
    this.#left = (this.#left - count) * kept + count
    this.#busy = this.#busy * kept + elapsed
    this.#since = now
  }

  /** ms until what waits now will have left; `undefined` until anything was measured. */
  get estimate(): number | undefined {
    return this.#busy > 0 ? (this.#waiting * this.#busy) / this.#left : undefined
  }
}
