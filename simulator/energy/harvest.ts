/** A small solar cell outdoors: the sun's height, a seeded sky, and what reaches the battery. */
import { noiseAt } from "../fleet/random.ts"
import { seededInteger } from "../fleet/seed.ts"
import { assumed, cited, type Figure } from "./figure.ts"

export interface HarvesterProfile {
  area: Figure
  efficiency: Figure
  /** of the charger and the cell's matching */
  conversion: Figure
  /** of the battery while it charges */
  voltage: Figure
  latitude: Figure
  /** direct sun on the cell under a clear sky at noon */
  clearSky: Figure
  /** mean part of a clear day that a real one has, and its spread from day to day */
  sky: { mean: Figure; deviation: Figure }
}

export const harvesters = {
  "solar-small": {
    area: assumed(20, "cm^2", "a panel of about 4 by 5 cm"),
    efficiency: assumed(18, "%", "crystalline silicon in a small panel"),
    conversion: assumed(75, "%", "charger without tracking"),
    voltage: assumed(3.8, "V", "Li-ion while charging"),
    latitude: cited(47.6, "degN", "Seattle, as the temperatures"),
    clearSky: cited(1000, "W/m^2", "standard test conditions of solar cells (IEC 60904-3)"),
    sky: {
      mean: assumed(0.45, "1", "clouds, shade, dust; no measurement"),
      deviation: assumed(0.25, "1", "from one day to the next"),
    },
  },
} satisfies Record<string, HarvesterProfile>

export type HarvesterName = keyof typeof harvesters

export interface HarvesterOptions {
  profile: HarvesterProfile
  seed: string
  /** the simulation's start, unix ms */
  start: number
}

const DAY_US = 86_400_000_000
/** One evaluation stands for no more than this. */
const STEP_US = 1_800_000_000
const TILT = 23.44
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Millicoulombs into the battery between two moments of the simulation. */
export function createHarvester({ profile, seed, start }: HarvesterOptions): (from: number, to: number) => number {
  const weather = seededInteger(seed, "sky")
  const { area, efficiency, conversion, voltage, clearSky, latitude, sky } = profile
  const full =
    (1000 * clearSky.value * area.value * 1e-4 * (efficiency.value / 100) * (conversion.value / 100)) / voltage.value
  /** mA */
  const current = (us: number) => {
    const days = (start * 1000 + us) / DAY_US
    const day = Math.floor(days)
    const sun = sineOfHeight(days, latitude.value)
    const clear = sky.mean.value + sky.deviation.value * noiseAt(weather, day)
    return sun <= 0 ? 0 : full * sun * Math.max(0.05, Math.min(1, clear))
  }
  return (from, to) => {
    const steps = Math.ceil((to - from) / STEP_US)
    const length = (to - from) / steps
    let charge = 0
    for (let i = 0; i < steps; i++) charge += (current(from + (i + 0.5) * length) * length) / 1e6
    return charge
  }
}

/** Sine of the sun's height `days` after 1970 began, noon at 12:00 (Cooper's declination, 1969). */
function sineOfHeight(days: number, latitude: number): number {
  const declination = radians(TILT * Math.sin(radians((360 / 365.25) * (days + 284))))
  const hour = 2 * Math.PI * (days - Math.floor(days) - 0.5)
  const phi = radians(latitude)
  return Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hour)
}
