import type { Clock } from "../ports.ts"

/** A token bucket: `perSecond` on average, and as many at once after a quiet second. */
export class Bucket {
  readonly #clock: Pick<Clock, "now">
  readonly #perSecond: number
  #tokens: number
  #at: number

  constructor(clock: Pick<Clock, "now">, perSecond: number) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#tokens = perSecond
    this.#at = clock.now()
  }

  take(): boolean {
    const now = this.#clock.now()
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
