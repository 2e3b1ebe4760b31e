/** The energy of one device: what each cause has taken, and what is left in its battery. */
import type { Battery } from "./battery.ts"
import { type Cause, type Charge, type Consumer, causes, chargeOf, peakOf, totalOf } from "./charge.ts"
import type { Temperature } from "./temperature.ts"
import type { WakeTimes } from "./wake-times.ts"

export interface AccountOptions {
  consumer: Consumer
  battery: Battery
  temperature: Temperature
  /** millicoulombs between two moments (`harvest.ts`) */
  harvest?: (from: number, to: number) => number
}

export interface Supply {
  /** at the chip, under the wake's largest current */
  millivolts: number
  /** it fell below what the chip needs */
  brownOut: boolean
}

const YEAR_US = 365.25 * 86_400_000_000
const AWAKE: Cause[] = ["boot", "cpu", "sign", "sensor", "associate", "guard", "listen", "receive", "transmit", "flash"]

export class EnergyAccount {
  /** millicoulombs so far */
  readonly charge: Charge = Object.fromEntries(causes.map((cause) => [cause, 0])) as Charge
  #harvested = 0
  #micros = 0
  #wakes = 0
  /** over all wakes */
  #celsius = 0
  /** of the last wake */
  #wake = 0
  #peak = 0
  #highestPeak = 0
  readonly #options: AccountOptions

  constructor(options: AccountOptions) {
    this.#options = options
  }

  get wakes(): number {
    return this.#wakes
  }

  get harvested(): number {
    return this.#harvested
  }

  /** Books a wake, and the sleep before it, that ended at `now` (scheduler's microseconds). */
  book(times: WakeTimes, now: number, samples = 1): Supply {
    const { consumer, battery, temperature, harvest } = this.#options
    const charge = chargeOf(times, consumer, samples)
    for (const cause of causes) this.charge[cause] += charge[cause]
    const micros = spanOf(times)
    const gain = harvest?.(now - micros, now) ?? 0
    const celsius = temperature(now)
    this.#harvested += gain
    this.#micros += micros
    this.#wakes++
    this.#celsius += celsius
    this.#wake = AWAKE.reduce((sum, cause) => sum + charge[cause], 0)
    this.#peak = peakOf(times, consumer)
    this.#highestPeak = Math.max(this.#peak, this.#highestPeak)
    battery.draw({ charge: totalOf(charge), harvest: gain, micros, wake: this.#wake, peak: this.#peak, celsius })
    return this.supply(now)
  }

  /** What the chip would get in a wake like the last one. */
  supply(now: number): Supply {
    const { battery, consumer, temperature } = this.#options
    const millivolts = battery.millivolts({ wake: this.#wake, peak: this.#peak, celsius: temperature(now) })
    return { millivolts, brownOut: millivolts < consumer.chip.brownOut.value }
  }

  /**
   * Years that a full battery would last if all goes on as on average so far, at the mean temperature so far; `Infinity`: the sun
   * gives more.
   */
  batteryYears(full: Battery): number {
    const net = totalOf(this.charge) - (full.profile.rechargeable ? this.#harvested : 0)
    const perYear = (net / this.#micros) * YEAR_US
    const wake = AWAKE.reduce((sum, cause) => sum + this.charge[cause], 0) / this.#wakes
    const load = { wake, peak: this.#highestPeak, celsius: this.#celsius / this.#wakes }
    return full.yearsLeft(perYear, load, this.#options.consumer.chip.brownOut.value)
  }
}

/** The time from the start of the sleep to the end of the wake. */
export function spanOf({ sleep, boot, cpu, associate, listen, receive, transmit }: WakeTimes): number {
  return sleep + boot + cpu + associate + listen + receive + transmit
}
