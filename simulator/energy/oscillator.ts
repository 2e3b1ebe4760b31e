/**
 * A device's clock, wrong as real ones are. Its rate is constant for ten minutes at a time and a function of that time's
 * number alone, so any moment can be asked for, in any order; a whole number of ticks passes in each ten minutes, so
 * months add up exactly.
 */
import { noiseAt, randomStream } from "../fleet/random.ts"
import type { Oscillator } from "../fleet/scheduler.ts"
import { seededInteger } from "../fleet/seed.ts"
import type { OscillatorProfile } from "./oscillators.ts"
import type { Temperature } from "./temperature.ts"

export interface OscillatorOptions {
  profile: OscillatorProfile
  temperature: Temperature
  seed: string
  device: number
  /** scheduler's microseconds: the device's clock is 0 then */
  powerOn: number
}

const STEP_US = 600_000_000
const STEPS_A_DAY = 144
const DAY_US = STEP_US * STEPS_A_DAY
const YEAR_US = 365.25 * DAY_US
/** Nothing that oscillates is this wrong; keeps the clock going forwards. */
const MOST_PPM = 200_000

export function createOscillator(options: OscillatorOptions): Oscillator {
  const ticks = new Ticks(rateOf(options))
  const origin = ticks.at(options.powerOn)
  return {
    deviceTime: (now) => ticks.at(now) - origin,
    worldTime: (deviceTime) => ticks.reach(Math.ceil(deviceTime) + origin),
  }
}

/** How much too fast it runs in ten minutes number `step`, ppm. */
function rateOf({ profile, temperature, seed, device }: OscillatorOptions): (step: number) => number {
  const { uniform } = randomStream(seed, "oscillator", device)
  const eitherSign = () => 2 * uniform() - 1
  const tolerance = profile.tolerance.value * eitherSign()
  const slope = profile.slope.value * (0.5 + uniform()) * (uniform() < 0.5 ? -1 : 1)
  const ageing = profile.ageing.value * eitherSign()
  const wander = seededInteger(seed, "wander", device)
  return (step) => {
    const celsius = temperature((step + 0.5) * STEP_US)
    const ppm =
      tolerance +
      slope * (celsius - 25) +
      profile.parabola.value * (celsius - profile.turnover.value) ** 2 +
      (ageing * step * STEP_US) / YEAR_US +
      profile.wander.value * noiseAt(wander, step)
    return Math.max(-MOST_PPM, Math.min(MOST_PPM, ppm))
  }
}

/** Ticks since world time 0. A day's steps are worked out when it is first needed; of the days before, only the sums stay. */
class Ticks {
  readonly #rate: (step: number) => number
  /** ticks at the start of each day so far */
  readonly #days: number[] = [0]
  /** ticks at the start of each step of day `#day`, and at its end */
  readonly #steps = new Float64Array(STEPS_A_DAY + 1)
  #day = -1

  constructor(rate: (step: number) => number) {
    this.#rate = rate
  }

  /** Whole ticks at world time `now`. */
  at(now: number): number {
    this.#load(Math.floor(now / DAY_US))
    return this.#within(now - this.#day * DAY_US)
  }

  /** The first world time at which `ticks` have passed. */
  reach(ticks: number): number {
    let day = Math.max(0, Math.min(this.#days.length - 1, Math.floor(ticks / DAY_US)))
    while (this.#start(day) > ticks) day--
    while (this.#start(day + 1) <= ticks) day++
    this.#load(day)
    let step = 0
    while (step < STEPS_A_DAY - 1 && this.#steps[step + 1]! <= ticks) step++
    const start = this.#steps[step]!
    const length = this.#steps[step + 1]! - start
    let inDay = step * STEP_US + Math.ceil(((ticks - start) * STEP_US) / length)
    while (this.#within(inDay) < ticks) inDay++
    while (inDay > 0 && this.#within(inDay - 1) >= ticks) inDay--
    return day * DAY_US + inDay
  }

  #within(inDay: number): number {
    const step = Math.min(STEPS_A_DAY - 1, Math.floor(inDay / STEP_US))
    const start = this.#steps[step]!
    const length = this.#steps[step + 1]! - start
    return start + Math.floor((inDay - step * STEP_US) * (length / STEP_US))
  }

  /** Ticks at the start of `day`, which is at most one behind the days known. */
  #start(day: number): number {
    while (this.#days.length <= day) this.#load(this.#days.length - 1)
    return this.#days[day]!
  }

  #load(day: number): void {
    if (day === this.#day) return
    // days between the known ones and this one come first
    while (this.#days.length <= day) this.#load(this.#days.length - 1)
    let ticks = this.#days[day]!
    for (let step = 0; step < STEPS_A_DAY; step++) {
      this.#steps[step] = ticks
      ticks += Math.round(STEP_US * (1 + this.#rate(day * STEPS_A_DAY + step) / 1e6))
    }
    this.#steps[STEPS_A_DAY] = ticks
    this.#day = day
    if (this.#days.length === day + 1) this.#days.push(ticks)
  }
}
