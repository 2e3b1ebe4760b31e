import type { EpochSchedule } from "../../protocol/epochs.ts"
import type { Clock, Random } from "../ports.ts"
import type { Device, Devices } from "../store/devices.ts"

/** Whoever has just asked has the operator beside it, more often than not. */
const FIRST_MS = 5_000
/** Of the time that it has waited: so much later than its approval a device learns of it. */
const PART = 1 / 4
/** Each of those who wait: some thirteen questions a second of all of them take about a tenth of an 802.15.4 channel. */
const EACH_MS = 100
/** Places among those who wait are given by people. */
const LEAST_ROOM_MS = 60_000

export interface PatienceOptions {
  clock: Pick<Clock, "now">
  random: Random
  schedule(): EpochSchedule
  devices: Pick<Devices, "waiting">
}

/**
 * When those come again who wait for the operator's word. A device that waits asks no more often than it will report, and
 * all of them together no more often than their link bears; chance keeps apart who was switched on together.
 */
export class Patience {
  readonly #options: PatienceOptions

  constructor(options: PatienceOptions) {
    this.#options = options
  }

  /** ms after which a device may ask again whether it is approved. */
  approval({ challengeTime }: Pick<Device, "challengeTime">): number {
    const { clock, devices } = this.#options
    const waited = clock.now() - challengeTime
    const wait = Math.max(FIRST_MS, waited * PART, devices.waiting() * EACH_MS)
    return this.#spread(Math.min(this.#epoch, wait))
  }

  /** ms after which a device that found no place among those who wait may try again. */
  room(): number {
    return this.#spread(2 * Math.max(LEAST_ROOM_MS, this.#epoch))
  }

  get #epoch(): number {
    const schedule = this.#options.schedule()
    return schedule.lengthOf(schedule.epochAt(this.#options.clock.now()))
  }

  /** Half of it at least. */
  #spread(ms: number): number {
    const [byte] = this.#options.random(1)
    return Math.round((ms * (1 + byte! / 255)) / 2)
  }
}
