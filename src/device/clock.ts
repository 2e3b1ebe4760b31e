/** Device time against gateway time: what unix time the oscillator's microseconds mean, and how far that may be off. */
import { EpochSchedule, type Period } from "../protocol/epochs.ts"
import { DormouseError } from "../protocol/errors.ts"
import { type AckTime, type ClockBelief, learned, type Moment, rated, uncertainty, unixAt } from "./discipline.ts"

export interface ClockState extends ClockBelief {
  /** the schedule outlives the time: it is in flash too */
  periods: readonly Period[]
}

export interface ClockOptions {
  /** what the oscillator is rated, see `Clock.ppm` */
  ppm: number
  /** a fixed guard, ms: then nothing is learned but the phase */
  guard?: number | undefined
}

/** The widest guard: listening longer would cost more than a report sent without a call (µs). */
const WIDEST_GUARD = 10_000_000
/** What a call takes from its slot to the device: a free channel, and the frame itself (µs). */
const CALL_WAY = 2_000
/** Each slot without a call and each exchange without an answer doubles the guard, up to so many times. */
const MOST_DOUBLINGS = 3

export class DeviceClock {
  readonly #options: ClockOptions
  #state: ClockState
  #call: Moment | undefined
  /** ms that acks have set it back since it was made */
  setBack = 0

  constructor(state: ClockState, options: ClockOptions) {
    this.#state = state
    this.#options = options
  }

  /** Before the first ack. */
  static unset(periods: readonly Period[]): ClockState {
    return { mark: undefined, skewPpb: 0, residualPpb: 0, roughPpb: 0, error: 0, way: -1, doubt: undefined, periods }
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
    this.#check()
    return unixAt(this.#state, local) / 1000
  }

  /** Oscillator time (µs) at unix ms. */
  local(unixMs: number): number {
    this.#check()
    const { mark, skewPpb } = this.#state
    return Math.round(mark!.local + (unixMs * 1000 - mark!.unix) / (1 + skewPpb / 1e9))
  }

  /** How long before `local` a radio must be on to hear what happens then; `misses`: slots and exchanges since one succeeded. */
  guard(local: number, misses: number): number {
    this.#check()
    const { guard, ppm } = this.#options
    if (guard !== undefined) return guard * 1000
    const most = Math.min(WIDEST_GUARD, rated(this.#state, local, ppm))
    const usual = uncertainty(this.#state, local, ppm) * 2 ** Math.min(misses, MOST_DOUBLINGS)
    return Math.ceil(this.#state.doubt ? most : Math.min(usual, most))
  }

  /** The gateway's call for the slot at `unixMs` was heard at `local`: the next ack may bear it out. */
  called(local: number, unixMs: number): void {
    if (this.#options.guard === undefined) this.#call = { local, unix: unixMs * 1000 + CALL_WAY }
  }

  /**
   * Learns from an ack, see `learned`. Returns whether the schedule is another than it was; throws `E_SCHEDULE` where it
   * is none, and has learned nothing then.
   */
  learn(ack: Omit<AckTime, "call">, periods: readonly Period[]): boolean {
    const changed = differs(this.schedule, new EpochSchedule(periods))
    const { ppm, guard } = this.#options
    const reckoned = this.known ? this.unixMs(ack.received) : 0
    const before = guard === undefined ? this.#state : { ...this.#state, mark: undefined }
    this.#state = { ...learned(before, { ...ack, call: this.#call }, ppm), periods }
    this.#call = undefined
    this.setBack += Math.max(0, reckoned - this.unixMs(ack.received))
    return changed
  }

  #check(): void {
    if (!this.#state.mark) throw new DormouseError("E_TIME_UNKNOWN", "The device does not know the time yet.")
  }
}

function differs(before: EpochSchedule | undefined, after: EpochSchedule): boolean {
  if (!before) return true
  return after.periods.some(
    ({ first, start, length }) => before.startOf(first) !== start || before.lengthOf(first) !== length,
  )
}
