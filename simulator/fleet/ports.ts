/** The real time and randomness, injected wherever the simulator needs them. */
import { randomInt } from "node:crypto"

export interface Environment {
  /** unix ms */
  unixMs(): number
  /** ms, with fractions, never going back */
  monotonicMs(): number
  /** a seed for a run that asked for none */
  freshSeed(): string
}

export const environment: Environment = {
  unixMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  freshSeed: () => String(randomInt(2 ** 47)),
}
