/** Batteries: what they hold, lose by themselves, and how they sag. Curves are over what is left, from 0 to 1. */
import { assumed, cited, type Figure, type Points } from "./figure.ts"

export interface BatteryProfile {
  capacity: Figure
  /** of what is left, at 20 degC */
  selfDischarge: Figure
  /** self-discharge doubles with each of these */
  selfDischargeDoubling: Figure
  /** at rest */
  voltage: Figure<Points>
  /** of the whole pack, at 20 degC */
  resistance: Figure<Points>
  /** the resistance doubles with each of these below 20 degC */
  resistanceDoubling: Figure
  /** part of the capacity that can be had, over degC */
  cold: Figure<Points>
  /** capacitor across the pack: pulses come out of it */
  reservoir: { capacitance: Figure; leakage: Figure }
  /** between pack and chip; 0: none, the chip sees the pack's voltage */
  regulator: { output: Figure; dropout: Figure; current: Figure }
  rechargeable: boolean
}

const noReservoir = { capacitance: cited(0, "mF", "none"), leakage: cited(0, "uA", "none") }
const noRegulator = {
  output: cited(0, "mV", "none: the pack feeds the chip"),
  dropout: cited(0, "mV", "none"),
  current: cited(0, "uA", "none"),
}
const selfDischargeDoubling = assumed(10, "K", "rule of thumb for slow chemistry (Arrhenius)")
const resistanceDoubling = assumed(20, "K", "no curve for all makes; the order of data-sheet curves")

export const batteries = {
  /** Two AA lithium iron disulphide cells in series, Energizer L91. */
  "2xAA-lithium": {
    capacity: cited(3000, "mAh", "Energizer L91 data sheet: 3,000 mAh, nearly the same at any load"),
    selfDischarge: cited(0.5, "%/year", "Energizer L91: 90 % after 20 years at 21 degC"),
    selfDischargeDoubling,
    voltage: assumed(
      [
        [0, 2],
        [0.05, 2.7],
        [0.1, 2.85],
        [0.5, 2.98],
        [0.9, 3.2],
        [1, 3.56],
      ],
      "V",
      "read off the shape that Energizer's handbook describes: flat near 1.5 V a cell, 1.8 V fresh at rest, then a cliff",
    ),
    resistance: assumed(
      [
        [0, 3],
        [0.1, 0.6],
        [0.5, 0.4],
        [1, 0.36],
      ],
      "ohm",
      "fresh: Energizer L91, 120 to 240 mohm a cell, its middle; rising as it empties is assumed",
    ),
    resistanceDoubling,
    cold: assumed(
      [
        [-40, 0.5],
        [-20, 0.85],
        [0, 0.97],
        [21, 1],
      ],
      "1",
      "Energizer's handbook: works from -40 degC; the fractions are assumed",
    ),
    reservoir: noReservoir,
    regulator: noRegulator,
    rechargeable: false,
  },
  /** One Li-ion cell of size 18650 behind a linear regulator. */
  "18650": {
    capacity: cited(3350, "mAh", "Panasonic NCR18650B data sheet, typical"),
    selfDischarge: assumed(20, "%/year", "2 % a month and the protection circuit, roughly"),
    selfDischargeDoubling,
    voltage: assumed(
      [
        [0, 2.8],
        [0.05, 3.3],
        [0.2, 3.5],
        [0.5, 3.65],
        [0.8, 3.95],
        [1, 4.18],
      ],
      "V",
      "usual curve of a nickel-based cell at small loads",
    ),
    resistance: assumed(
      [
        [0, 0.25],
        [0.2, 0.12],
        [1, 0.1],
      ],
      "ohm",
      "cell, protection and holder",
    ),
    resistanceDoubling,
    cold: assumed(
      [
        [-20, 0.6],
        [0, 0.88],
        [20, 1],
      ],
      "1",
      "order of the data sheet's discharge curves",
    ),
    reservoir: noReservoir,
    regulator: {
      output: cited(3300, "mV", "supply of the data sheets' currents"),
      dropout: assumed(150, "mV", "low-dropout regulator at 300 mA"),
      current: assumed(1, "uA", "nano-power regulator, quiescent"),
    },
    rechargeable: true,
  },
  /** A CR2032 and a capacitor that carries the radio's pulses, which the cell alone cannot. */
  CR2032: {
    capacity: cited(235, "mAh", "Energizer 2032 data sheet (form 2032NA0618)"),
    selfDischarge: cited(1, "%/year", "Energizer 2032 data sheet"),
    selfDischargeDoubling,
    voltage: assumed(
      [
        [0, 2],
        [0.1, 2.6],
        [0.3, 2.85],
        [0.9, 2.95],
        [1, 3.1],
      ],
      "V",
      "usual curve of lithium manganese dioxide",
    ),
    resistance: cited(
      [
        [0, 60],
        [0.5, 32],
        [1, 30],
      ],
      "ohm",
      "30 ohm from the pulse row of Energizer's data sheet, 60 ohm at the end of life in TI SWRA349",
    ),
    resistanceDoubling,
    cold: assumed(
      [
        [-20, 0.6],
        [0, 0.85],
        [20, 1],
      ],
      "1",
      "order of the data sheet's curves",
    ),
    reservoir: {
      capacitance: assumed(100, "mF", "a small double-layer capacitor"),
      leakage: assumed(2, "uA", "after days under voltage"),
    },
    regulator: noRegulator,
    rechargeable: false,
  },
} satisfies Record<string, BatteryProfile>

export type BatteryName = keyof typeof batteries
