/**
 * What a wake of the design's device costs: ESP32-C6, 802.15.4, one wake in ten minutes with three channels and one
 * signature, two AA lithium cells. Counts come from a day of real wakes on the engine, currents and times from the
 * profiles; docs/energy.md lists every one of them. Nothing here depends on the machine.
 */
import { EnergyAccount } from "../simulator/energy/account.ts"
import { batteries } from "../simulator/energy/batteries.ts"
import { Battery } from "../simulator/energy/battery.ts"
import { boards } from "../simulator/energy/boards.ts"
import { causes, totalOf } from "../simulator/energy/charge.ts"
import { chips } from "../simulator/energy/chips.ts"
import { oscillators } from "../simulator/energy/oscillators.ts"
import { constantTemperature, outdoorTemperature } from "../simulator/energy/temperature.ts"
import type { WakeTimes } from "../simulator/energy/wake-times.ts"
import { media } from "../simulator/radio/profiles.ts"
import { type MeasuredWake, measureWakes } from "./energy/measured-wakes.ts"
import type { Figure } from "./run.ts"

const START = 1_800_000_000_000
const EPOCH_MS = 600_000
/** Enrolment, and the clock's first lessons. */
const WARM_UP_WAKES = 24
const DAY = 144
const ROOM_CELSIUS = 20

export async function run(): Promise<Figure[]> {
  const chip = chips.esp32c6
  const oscillator = oscillators["rc-calibrated"]
  const temperature = outdoorTemperature({ seed: "1", device: 0, start: START })
  const setting = { chip, medium: media["802154"], oscillator, temperature, start: START, epochMs: EPOCH_MS }
  const wakes = (await measureWakes({ ...setting, wakes: WARM_UP_WAKES + DAY })).slice(WARM_UP_WAKES)
  const consumer = { chip, board: boards.low, link: "802154", oscillator } as const
  const profile = batteries["2xAA-lithium"]
  const account = new EnergyAccount({
    ...{ consumer, battery: new Battery(profile), temperature: constantTemperature(ROOM_CELSIUS) },
  })
  let now = 0
  for (const { times } of wakes) account.book(times, (now += EPOCH_MS * 1000))
  const total = totalOf(account.charge)
  const awake = total - account.charge.sleep - account.charge.leakage
  const mean = (of: (wake: MeasuredWake) => number) => wakes.reduce((sum, wake) => sum + of(wake), 0) / wakes.length
  const time = (state: keyof WakeTimes) => mean(({ times }) => times[state]) / 1000
  const always = { gate: "always" } as const
  return [
    { name: "one wake: meter", value: mean(({ meter }) => meter), unit: "units", ...always },
    { name: "one wake: signatures", value: mean(({ signatures }) => signatures), unit: "signatures", ...always },
    { name: "one wake: bytes up", value: mean(({ up }) => up), unit: "B", ...always },
    { name: "one wake: bytes down", value: mean(({ down }) => down), unit: "B", ...always },
    { name: "one wake: flash programmed", value: mean(({ times }) => times.flashBytes), unit: "B", ...always },
    { name: "one wake: processor, radio off", value: time("cpu"), unit: "ms", ...always },
    { name: "one wake: guard", value: time("guard"), unit: "ms", ...always },
    { name: "one wake: listening after the call", value: time("listen") - time("guard"), unit: "ms", ...always },
    { name: "one wake: transmitting", value: time("transmit"), unit: "ms", ...always },
    ...causes.map((cause) => ({ name: `charge: ${cause}`, value: account.charge[cause] / DAY, unit: "mC", ...always })),
    { name: "charge: ten minutes in all", value: total / DAY, unit: "mC", ...always },
    {
      ...{ name: "one signature in a wake's energy", value: (100 * account.charge.sign) / awake, unit: "%" },
      ...{ budget: 2, better: "lower", ...always },
    },
    {
      ...{ name: "one signature in all energy, sleep included", value: (100 * account.charge.sign) / total, unit: "%" },
      ...always,
    },
    {
      ...{ name: "two AA lithium cells last", value: account.batteryYears(new Battery(profile)) },
      ...{ unit: "years", better: "higher", ...always },
    },
  ]
}
