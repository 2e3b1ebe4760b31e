import type { Clock } from "../ports.ts"

/** ms: for so long is one sent away, by the bounds of devices. */
const SHORTEST = 10_000
const LONGEST = 3_600_000

/** A token bucket: `perSecond` on average, and as many at once after a quiet second. */
export class Bucket {
  readonly #clock: Pick<Clock, "now">
  readonly #perSecond: number
  #tokens: number
  #at: number
  /** who was sent away and has not had time to come again */
  #promised = 0

  constructor(clock: Pick<Clock, "now">, perSecond: number) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#tokens = perSecond
    this.#at = clock.now()
  }

  take(): boolean {
    const now = this.#clock.now()
    const fresh = ((now - this.#at) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#perSecond, this.#tokens + fresh)
    this.#promised = Math.max(0, this.#promised - fresh / 2)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  /** ms after which one who got none may come again: each later than the last one, at half the rate, as others come meanwhile. */
  later(): number {
    const wait = SHORTEST + (2000 * ++this.#promised) / this.#perSecond
    if (wait > LONGEST) this.#promised--
    return Math.min(LONGEST, wait)
  }
}
