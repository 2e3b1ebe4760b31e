/** The two ports through which time and randomness enter the gateway; tests and simulations bring their own. */
import { randomBytes } from "node:crypto"

export interface Clock {
  /** unix ms; never goes back */
  now(): number
  /**
   * Runs `task` once, `ms` from now; the returned function cancels it. What a task returns resolves when everything is
   * done that it began: a simulated clock stands still until then.
   */
  after(ms: number, task: () => unknown): () => void
}

export type Random = (length: number) => Uint8Array

/** Longest delay that `setTimeout` takes; a longer one would fire at once. */
const MAX_DELAY = 2 ** 31 - 1

export function systemClock(): Clock {
  let last = 0
  return {
    // A step back of the machine's clock must not make epochs or challenges run backwards.
    now: () => (last = Math.max(last, Date.now())),
    after(ms, task) {
      const timer = setTimeout(task, Math.min(Math.max(0, ms), MAX_DELAY))
      return () => clearTimeout(timer)
    },
  }
}

const POOL = 4_096
let pool = new Uint8Array(0)
let used = 0

/** From the system's generator, taken in larger pieces: a call for 8 bytes costs as much as one for thousands. */
export const systemRandom: Random = (length) => {
  if (length > POOL) return new Uint8Array(randomBytes(length))
  if (used + length > pool.length) {
    pool = new Uint8Array(randomBytes(POOL))
    used = 0
  }
  used += length
  return pool.slice(used - length, used)
}
