/** The temperature around a device: a year outdoors, or the recorded office room (simulator/data/README.md). */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { noiseAt, randomStream } from "../fleet/random.ts"
import { seededInteger } from "../fleet/seed.ts"
import { readRecording } from "../fleet/sensor.ts"
import { assumed } from "./figure.ts"

/** degC at `us` microseconds after the simulation's start. */
export type Temperature = (us: number) => number

export interface Surroundings {
  seed: string
  device: number
  /** the simulation's start, unix ms: it gives the season */
  start: number
}

const HOUR_US = 3_600_000_000
const DAY_US = 24 * HOUR_US
const HOURS_A_YEAR = 8760
const NEW_YEAR_2010 = 1_262_304_000_000

export const surroundings = {
  outdoor: {
    weather: assumed(3, "K", "standard deviation of a day from the normals; the same for a whole fleet"),
    site: assumed(2, "K", "standard deviation between sites: height, shade, the wall behind the box"),
  },
  indoor: {
    site: assumed(2, "K", "standard deviation between rooms"),
  },
}

/** 30-year averages of each hour of the year, with a seeded weather for the fleet and a seeded site for the device. */
export function outdoorTemperature({ seed, device, start }: Surroundings): Temperature {
  const hours = (normals ??= readNormals())
  const site = surroundings.outdoor.site.value * randomStream(seed, "site", device).normal()
  const weather = seededInteger(seed, "weather")
  const origin = (start - NEW_YEAR_2010) * 1000
  return (us) => {
    const hour = between(origin + us, HOUR_US, (i) => hours[mod(i, HOURS_A_YEAR)]!)
    const deviation = between(origin + us, DAY_US, (day) => noiseAt(weather, day))
    return hour + site + surroundings.outdoor.weather.value * deviation
  }
}

/** The recorded room, over and over, each device from a seeded hour on. */
export function indoorTemperature({ seed, device }: Surroundings): Temperature {
  const minutes = (room ??= readRecording().map(([temperature]) => temperature!))
  const { normal, uniform } = randomStream(seed, "room", device)
  const site = surroundings.indoor.site.value * normal()
  const first = Math.floor(uniform() * minutes.length)
  return (us) => minutes[mod(first + Math.floor(us / 60_000_000), minutes.length)]! + site
}

export function constantTemperature(celsius: number): Temperature {
  return () => celsius
}

let normals: Float64Array | undefined
let room: number[] | undefined

/** Degrees at each full hour of the year; the file begins at 01:00 of 1 January. */
function readNormals(): Float64Array {
  const path = fileURLToPath(new URL("../data/seattle-weather-hourly-normals.csv", import.meta.url))
  const [header, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n")
  const column = header!.split(",").indexOf("temperature")
  const hours = new Float64Array(HOURS_A_YEAR)
  lines.forEach((line, i) => {
    hours[i + 1] = Number(line.split(",")[column])
  })
  hours[0] = hours[1]!
  return hours
}

/** Linear between the points that `at` gives for multiples of `step`. */
function between(us: number, step: number, at: (index: number) => number): number {
  const index = Math.floor(us / step)
  const fraction = us / step - index
  return at(index) * (1 - fraction) + at(index + 1) * fraction
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by
}
