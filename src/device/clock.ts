/**
 * Device time against gateway time. The oscillator counts microseconds since power-on; acks tell what unix time that
 * is. This file holds all of clock discipline: guard times and oscillator models build on it.
 */
import type { Period } from "../protocol/epochs.ts"
import { EpochSchedule } from "../protocol/epochs.ts"

/** Round trips longer than this say too little about the phase to learn from, once it is known (µs). */
const LONG_ROUND_TRIP = 500_000
/** Two acks must lie this far apart for their difference to tell a rate (µs). */
const SKEW_INTERVAL = 60_000_000
/** No oscillator that works is further off (ppb). */
const MOST_SKEW = 50_000_000

export interface ClockState {
  /** a moment by the oscillator, µs, and by the gateway, unix µs */
  local: number
  unix: number
  /** how much faster the gateway's clock runs than the oscillator, parts per billion */
  skewPpb: number
  periods: readonly Period[]
}

export class DeviceClock {
  #state: ClockState | undefined

  constructor(state?: ClockState) {
    this.#state = state
  }

  get state(): ClockState | undefined {
    return this.#state
  }

  get known(): boolean {
    return this.#state !== undefined
  }

  get skewPpb(): number {
    return this.#state?.skewPpb ?? 0
  }

  get schedule(): EpochSchedule | undefined {
    return this.#state && new EpochSchedule(this.#state.periods)
  }

  /** Unix ms at oscillator time `local` (µs). */
  unixMs(local: number): number {
    const state = this.#known()
    const elapsed = local - state.local
    return (state.unix + elapsed + (elapsed * state.skewPpb) / 1e9) / 1000
  }

  /** Oscillator time (µs) at unix ms. */
  local(unixMs: number): number {
    const state = this.#known()
    return Math.round(state.local + (unixMs * 1000 - state.unix) / (1 + state.skewPpb / 1e9))
  }

  /**
   * Learns from an ack: sent and received by the oscillator (µs), `time` what the gateway's clock said (unix ms) when
   * it answered, taken to be half a round trip ago.
   */
  learn(sent: number, received: number, time: number, periods: readonly Period[]): void {
    const before = this.#state
    const roundTrip = received - sent
    if (before && roundTrip > LONG_ROUND_TRIP) {
      this.#state = { ...before, periods }
      return
    }
    const unix = time * 1000 + Math.round(roundTrip / 2)
    this.#state = { local: received, unix, skewPpb: before ? skew(before, received, unix) : 0, periods }
  }

  #known(): ClockState {
    if (!this.#state) throw new Error("unreachable: the time is not known yet")
    return this.#state
  }
}

/** A quarter of each newly observed rate: one ack with an odd delay must not throw the clock off. */
function skew(before: ClockState, local: number, unix: number): number {
  const elapsed = local - before.local
  if (elapsed < SKEW_INTERVAL) return before.skewPpb
  const observed = ((unix - before.unix - elapsed) / elapsed) * 1e9
  if (Math.abs(observed) > MOST_SKEW) return before.skewPpb
  return Math.round(before.skewPpb + (observed - before.skewPpb) / 4)
}
