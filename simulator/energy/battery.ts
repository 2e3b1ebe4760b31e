/** One pack of cells: what is left in it, and what it gives under load. Charges in millicoulombs. */
import type { BatteryProfile } from "./batteries.ts"
import { interpolate } from "./figure.ts"

const MC_PER_MAH = 3600
const YEAR_US = 365.25 * 86_400_000_000

export interface Load {
  /** taken in the time below */
  charge: number
  /** put in, where it can be charged */
  harvest?: number
  micros: number
  /** of `charge`, what the wake itself takes: a reservoir gives it before the cells follow */
  wake: number
  /** mA */
  peak: number
  celsius: number
}

export class Battery {
  readonly profile: BatteryProfile
  readonly full: number
  #left: number
  /** lost by itself so far */
  #lost = 0

  /** `charged`: from 0 to 1. */
  constructor(profile: BatteryProfile, charged = 1) {
    this.profile = profile
    this.full = profile.capacity.value * MC_PER_MAH
    this.#left = this.full * charged
  }

  get left(): number {
    return this.#left
  }

  get lost(): number {
    return this.#lost
  }

  /** 0 to 1 */
  get stateOfCharge(): number {
    return this.#left / this.full
  }

  /** What is there besides the device: self-discharge a year at this temperature, and the circuits of the pack, uA. */
  drain(celsius: number): { perYear: number; microamperes: number } {
    const { selfDischarge, selfDischargeDoubling, regulator, reservoir } = this.profile
    return {
      perYear: (selfDischarge.value / 100) * 2 ** ((celsius - 20) / selfDischargeDoubling.value),
      microamperes: regulator.current.value + reservoir.leakage.value,
    }
  }

  draw({ charge, harvest = 0, micros, celsius }: Load): void {
    const { perYear, microamperes } = this.drain(celsius)
    const lost = this.#left * -Math.expm1((-perYear * micros) / YEAR_US)
    const gained = this.profile.rechargeable ? harvest : 0
    const left = this.#left - lost - charge - (microamperes * micros) / 1e9 + gained
    this.#lost += lost
    this.#left = Math.max(0, Math.min(this.full, left))
  }

  /** Millivolts at the chip under the load's peak, with `stateOfCharge` left. */
  millivolts({ wake, peak, celsius }: Omit<Load, "micros" | "charge">, stateOfCharge = this.stateOfCharge): number {
    const { voltage, resistance, resistanceDoubling, cold, reservoir, regulator } = this.profile
    // What the cold holds back is as good as not there.
    const usable = Math.max(0, 1 - (1 - stateOfCharge) / interpolate(cold.value, celsius))
    const ohms = interpolate(resistance.value, usable) * 2 ** (Math.max(0, 20 - celsius) / resistanceDoubling.value)
    const direct = peak * ohms
    // A reservoir gives the whole wake's charge at worst.
    const sag = reservoir.capacitance.value > 0 ? Math.min(direct, (1000 * wake) / reservoir.capacitance.value) : direct
    const pack = 1000 * interpolate(voltage.value, usable) - sag
    return regulator.output.value > 0 ? Math.min(regulator.output.value, pack - regulator.dropout.value) : pack
  }

  /** Years until the chip browns out under `wake`, from now, if every year goes on with `perYear` millicoulombs net. */
  yearsLeft(perYear: number, load: Omit<Load, "micros" | "charge">, brownOut: number): number {
    let low = 0
    let high = this.stateOfCharge
    if (this.millivolts(load, high) < brownOut) return 0
    // `high` holds, `low` does not (or is empty)
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2
      if (this.millivolts(load, middle) < brownOut) low = middle
      else high = middle
    }
    const { perYear: rate, microamperes } = this.drain(load.celsius)
    const steady = perYear + (microamperes * YEAR_US) / 1e9
    const end = high * this.full
    if (steady + rate * end <= 0) return Number.POSITIVE_INFINITY
    // dQ/dt = -(steady + rate Q)
    if (rate === 0) return (this.#left - end) / steady
    return Math.log((steady + rate * this.#left) / (steady + rate * end)) / rate
  }
}
