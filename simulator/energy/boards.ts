/** What is on the board besides the chip. */
import { assumed, cited, type Figure } from "./figure.ts"

export interface Board {
  /** regulator, pull-ups, USB bridge: flows all the time */
  leakage: Figure
  /** charge of one measurement of all channels */
  sample: Figure
}

const sample = assumed(0.02, "mC", "temperature, humidity, pressure: about 1 mA for 20 ms; a CO2 sensor takes far more")

export const boards = {
  /** made for batteries */
  low: {
    leakage: cited(7.3, "uA", "a XIAO ESP32-C6 measured at 14.3 uA in deep sleep, 7 uA of them the chip's"),
    sample,
  },
  /** a development board: USB bridge, regulator, LED */
  devkit: {
    leakage: cited(350, "uA", "users report 250 to 440 uA on C6 boards"),
    sample,
  },
} satisfies Record<string, Board>

export type BoardName = keyof typeof boards
