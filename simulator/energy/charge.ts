/** The charge of one wake and the sleep before it, by cause. */
import type { Board } from "./boards.ts"
import type { Chip } from "./chips.ts"
import { flashMicros } from "./cpu.ts"
import type { OscillatorProfile } from "./oscillators.ts"
import { type LinkKind, radioCurrents } from "./radios.ts"
import type { WakeTimes } from "./wake-times.ts"

export const causes = [
  "sleep",
  "leakage",
  "boot",
  "cpu",
  "sign",
  "sensor",
  "associate",
  "guard",
  "listen",
  "receive",
  "transmit",
  "flash",
] as const

export type Cause = (typeof causes)[number]
/** Millicoulombs. */
export type Charge = Record<Cause, number>

export interface Consumer {
  chip: Chip
  board: Board
  link: LinkKind
  oscillator: OscillatorProfile
}

/** Each microsecond is in one cause only: `cpu` is without signing, `listen` without the guard. */
export function chargeOf(times: WakeTimes, { chip, board, link, oscillator }: Consumer, samples = 1): Charge {
  const radio = radioCurrents(chip, link)
  const flash = flashMicros(chip, times.flashBytes, times.flashErases)
  const awake = times.boot + times.cpu + times.associate + times.listen + times.receive + times.transmit
  return {
    sleep: milli(times.sleep, (chip.deepSleep.value + oscillator.current.value) / 1000),
    leakage: milli(times.sleep + awake, board.leakage.value / 1000),
    boot: milli(times.boot, chip.boot.current.value),
    cpu: milli(times.cpu - times.sign, chip.cpu.value),
    sign: milli(times.sign, chip.cpu.value),
    sensor: samples * board.sample.value,
    associate: milli(times.associate, radio.listen),
    guard: milli(times.guard, radio.listen),
    listen: milli(times.listen - times.guard, radio.listen),
    receive: milli(times.receive, radio.receive),
    transmit: milli(times.transmit, radio.transmit),
    flash: milli(flash, chip.idle.value + chip.flash.current.value),
  }
}

/** The largest current of the wake, mA: what makes the supply sag. */
export function peakOf(times: WakeTimes, { chip, link }: Consumer): number {
  const radio = radioCurrents(chip, link)
  if (times.transmit > 0 || times.associate > 0) return radio.transmit
  return times.listen + times.receive > 0 ? radio.listen : chip.cpu.value
}

export function totalOf(charge: Charge): number {
  return causes.reduce((sum, cause) => sum + charge[cause], 0)
}

/** Millicoulombs of `micros` microseconds at `milliamperes`. */
function milli(micros: number, milliamperes: number): number {
  return (micros * milliamperes) / 1e6
}
