import type { Clock, Random } from "../ports.ts"
import { Drain } from "./drain.ts"
import type { Lane } from "./lanes.ts"

/** Of the whole: so much the backlog may hold at most, and so much is kept for it alone, or live load would shut it out. */
const BACKLOG_SHARE = 1 / 2
const BACKLOG_RESERVE = 1 / 16
const LEAST_RETRY_MS = 1_000
const MOST_RETRY_MS = 60_000

export interface AdmissionOptions {
  clock: Pick<Clock, "now">
  random: Random
  /** reports between decryption and commit */
  limit: number
}

/** Who may come in: the bound of everything between decryption and commit, and when to come again where it is full. */
export class Admission {
  readonly #random: Random
  readonly #limit: number
  readonly #most: Record<Lane, number>
  readonly #held: Record<Lane, number> = { live: 0, backlog: 0 }
  readonly #drain: Drain

  constructor({ clock, random, limit }: AdmissionOptions) {
    this.#random = random
    this.#limit = limit
    const reserve = Math.floor(limit * BACKLOG_RESERVE)
    this.#most = { live: limit - reserve, backlog: Math.floor(limit * BACKLOG_SHARE) }
    this.#drain = new Drain(clock)
  }

  get held(): number {
    return this.#drain.waiting
  }

  /** What gives the places back; `undefined`: there are none. A request without reports takes one place too. */
  enter(lane: Lane, reports: number): (() => void) | undefined {
    const places = Math.max(1, reports)
    if (this.held + places > this.#limit || this.#held[lane] + places > this.#most[lane]) return undefined
    this.#held[lane] += places
    this.#drain.enter(places)
    return () => {
      this.#held[lane] -= places
      this.#drain.leave(places)
    }
  }

  /** ms after which there is room, as the rate until now has it. Spread by chance, or all would come back together. */
  retryAfter(): number {
    const [byte] = this.#random(1)
    const base = Math.max(LEAST_RETRY_MS, this.#drain.estimate ?? 2 * LEAST_RETRY_MS)
    return Math.min(MOST_RETRY_MS, Math.round(base * (1 + byte! / 255)))
  }
}
