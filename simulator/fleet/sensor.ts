/** Simulated sensors: each device replays another stretch of the recorded office room (simulator/data/README.md). */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { DormouseError, type Profile } from "../../src/protocol/index.ts"
import { seededInteger } from "./seed.ts"

/** Raw values as a sensor would give them: temperature (degC), relative humidity (%), CO2 (ppm). */
export type Reading = readonly number[]

export const officeRoom = fileURLToPath(new URL("../data/office-room.csv", import.meta.url))

/** Resolutions of usual parts: a hundredth of a degree and of a percent, 1 ppm. */
export const profile: Profile = [
  { name: "temperature", unit: "Cel", exponent: -2 },
  { name: "humidity", unit: "%RH", exponent: -2 },
  { name: "co2", unit: "ppm", exponent: 0 },
]

const COLUMNS = ["temperature_c", "humidity_pct", "co2_ppm"]

/** Reads the recording. Throws `E_RECORDING` with the line that is wrong. */
export function readRecording(path: string = officeRoom): Reading[] {
  const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n")
  const names = header.split(",")
  const columns = COLUMNS.map((name) => {
    const column = names.indexOf(name)
    if (column < 0) throw new DormouseError("E_RECORDING", `${path}: no column "${name}" in "${header}".`)
    return column
  })
  return lines.map((line, i) => {
    const fields = line.split(",")
    const reading = columns.map((column) => Number(fields[column] || Number.NaN))
    if (!reading.every(Number.isFinite))
      throw new DormouseError("E_RECORDING", `${path}, line ${i + 2}: "${line}" lacks a number in a channel.`)
    return reading
  })
}

/**
 * One device's sensor. A wake is not always a sampling wake, so the replay moves only when the device says that it took
 * a sample; each sample takes the next recorded minute, and behind the last comes the first again.
 */
export class Replay {
  readonly #recording: readonly Reading[]
  readonly #limit: number
  #position: number
  #taken = 0

  /** Ends after `limit` samples. */
  constructor(recording: readonly Reading[], start: number, limit = Number.POSITIVE_INFINITY) {
    this.#recording = recording
    this.#position = start % recording.length
    this.#limit = limit
  }

  get taken(): number {
    return this.#taken
  }

  get exhausted(): boolean {
    return this.#taken >= this.#limit
  }

  /** What the sensor would read now; `undefined` when the replay is over. */
  get current(): Reading | undefined {
    return this.exhausted ? undefined : this.#recording[this.#position]
  }

  advance(): void {
    if (this.exhausted) return
    this.#taken++
    this.#position = (this.#position + 1) % this.#recording.length
  }
}

/** Where device `index` starts: different for all devices up to the recording's length, neighbours far apart. */
export function stretchStart(seed: string, index: number, length: number): number {
  let stride = Math.round(length * 0.618)
  while (gcd(stride, length) !== 1) stride++
  return (seededInteger(seed, "stretch") + index * stride) % length
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
