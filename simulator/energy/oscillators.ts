/** What a board counts its time with, and how wrong each kind is. */
import { assumed, cited, type Figure } from "./figure.ts"

export interface OscillatorProfile {
  /** what the device is told of it: the worst that it should expect of a part */
  rated: Figure
  /** parts lie evenly within +- this at 25 degC */
  tolerance: Figure
  /** linear change with temperature; parts lie between half and one and a half of it, either sign */
  slope: Figure
  /** change with the square of the distance from `turnover` */
  parabola: Figure
  turnover: Figure
  /** parts age at up to this rate, either sign */
  ageing: Figure
  /** standard deviation of what changes from one ten minutes to the next */
  wander: Figure
  /** what it takes on top of the chip's deep sleep */
  current: Figure
}

const none = (unit: string) => cited(0, unit, "does not apply")
const QUARTZ = "tuning-fork watch crystals (Abracon ABS07: 20 ppm at 25 degC, -40 to 85 degC)"

export const oscillators = {
  /** Nothing but the nominal frequency is known of it. */
  rc: {
    rated: assumed(50_000, "ppm", "users of ESP32 boards report 6,400 to 50,000 ppm"),
    tolerance: assumed(30_000, "ppm", "users of ESP32 boards report 6,400 to 50,000 ppm"),
    slope: assumed(300, "ppm/K", "no figure in Espressif's data sheets"),
    parabola: none("ppm/K^2"),
    turnover: none("degC"),
    ageing: assumed(500, "ppm/year", "no figure found"),
    wander: assumed(30, "ppm", "supply and temperature within ten minutes; no figure found"),
    current: none("uA"),
  },
  /** ESP-IDF's default: the RC clock measured against the main crystal at every boot. */
  "rc-calibrated": {
    rated: assumed(500, "ppm", "class of a calibrated RC clock"),
    tolerance: assumed(500, "ppm", "class of a calibrated RC clock"),
    slope: assumed(20, "ppm/K", "what calibration at one temperature leaves at the next: 10 K make 200 ppm"),
    parabola: none("ppm/K^2"),
    turnover: none("degC"),
    ageing: assumed(20, "ppm/year", "most of it is calibrated away"),
    wander: assumed(
      4,
      "ppm",
      "1,024 cycles of a 150 kHz clock counted at 40 MHz resolve 3.7 ppm (ESP-IDF, rtc_time.c, default cycles)",
    ),
    current: none("uA"),
  },
  crystal32k: {
    rated: cited(20, "ppm", QUARTZ),
    tolerance: cited(20, "ppm", QUARTZ),
    slope: none("ppm/K"),
    parabola: cited(-0.035, "ppm/K^2", "tuning-fork crystals (NXP PCF8525, XTL_TYP 0: the -0.035 ppm/K^2 model)"),
    turnover: cited(25, "degC", QUARTZ),
    ageing: assumed(3, "ppm/year", "usual limit of the first year"),
    wander: assumed(0.05, "ppm", "far below the temperature's effect"),
    current: cited(1, "uA", "ESP-IDF programming guide: an external 32 kHz crystal costs 1 uA in deep sleep"),
  },
} satisfies Record<string, OscillatorProfile>

export type OscillatorName = keyof typeof oscillators
