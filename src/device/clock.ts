/**
 * Device time against gateway time. The oscillator counts microseconds since power-on; acks tell what unix time that
 * is. This file holds all of clock discipline: guard times and oscillator models build on it.
 */
import { EpochSchedule, type Period } from "../protocol/epochs.ts"
import { DormouseError } from "../protocol/errors.ts"

/** Round trips longer than this say too little about the phase to learn from, once it is known (µs). */
const LONG_ROUND_TRIP = 500_000
/** Two acks must lie this far apart for their difference to tell a rate (µs). */
const SKEW_INTERVAL = 60_000_000
/** No oscillator that works is further off (ppb). */
const MOST_SKEW = 50_000_000

export interface ClockState {
  /** a moment by the oscillator, µs, and by the gateway, unix µs; where it is known */
  mark: { local: number; unix: number } | undefined
  /** how much faster the gateway's clock runs than the oscillator, parts per billion */
  skewPpb: number
  /** the schedule outlives the time: it is in flash too */
  periods: readonly Period[]
}

export class DeviceClock {
  #state: ClockState

  constructor(state: ClockState) {
    this.#state = state
  }

  get state(): ClockState {
    return this.#state
  }

  get known(): boolean {
    return this.#state.mark !== undefined
  }

  get skewPpb(): number {
    return this.#state.skewPpb
  }

  get schedule(): EpochSchedule | undefined {
    const { periods } = this.#state
    return periods.length ? new EpochSchedule(periods) : undefined
  }

  /** Unix ms at oscillator time `local` (µs). */
  unixMs(local: number): number {
    const mark = this.#mark()
    const elapsed = local - mark.local
    return (mark.unix + elapsed + (elapsed * this.skewPpb) / 1e9) / 1000
  }

  /** Oscillator time (µs) at unix ms. */
  local(unixMs: number): number {
    const mark = this.#mark()
    return Math.round(mark.local + (unixMs * 1000 - mark.unix) / (1 + this.skewPpb / 1e9))
  }

  /**
   * Learns from an ack: sent and received by the oscillator (µs), `time` what the gateway's clock said (unix ms) when
   * it answered, taken to be half a round trip ago. Returns whether the schedule is another than it was.
   */
  learn(sent: number, received: number, time: number, periods: readonly Period[]): boolean {
    const { mark, skewPpb } = this.#state
    const changed = differs(this.schedule, periods)
    const roundTrip = received - sent
    if (mark && roundTrip > LONG_ROUND_TRIP) this.#state = { mark, skewPpb, periods }
    else {
      const now = { local: received, unix: time * 1000 + Math.round(roundTrip / 2) }
      this.#state = { mark: now, skewPpb: mark ? skew(mark, skewPpb, now) : skewPpb, periods }
    }
    return changed
  }

  #mark(): { local: number; unix: number } {
    if (!this.#state.mark) throw new DormouseError("E_TIME_UNKNOWN", "The device does not know the time yet.")
    return this.#state.mark
  }
}

function differs(before: EpochSchedule | undefined, periods: readonly Period[]): boolean {
  if (!before) return true
  return periods.some(
    ({ first, start, length }) => before.startOf(first) !== start || before.lengthOf(first) !== length,
  )
}

/** A quarter of each newly observed rate: one ack with an odd delay must not throw the clock off. */
function skew(before: { local: number; unix: number }, skewPpb: number, now: { local: number; unix: number }): number {
  const elapsed = now.local - before.local
  if (elapsed < SKEW_INTERVAL) return skewPpb
  const observed = ((now.unix - before.unix - elapsed) / elapsed) * 1e9
  if (Math.abs(observed) > MOST_SKEW) return skewPpb
  return Math.round(skewPpb + (observed - skewPpb) / 4)
}
