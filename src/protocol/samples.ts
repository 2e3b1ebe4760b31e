/**
 * A batch of samples in few bytes: the first in full and the smallest step, then for each further sample what its step
 * has more than the smallest, and zigzag differences; each column at a bit width of its own, packed most significant
 * bit first behind the 6-bit widths. The last byte is padded with zero bits.
 */
import type { CborValue } from "./cbor/index.ts"
import { DormouseError } from "./errors.ts"
import { asArray, asBytes, asInt, asUint } from "./shape.ts"

/** One integer a channel; `null` where the sensor gave nothing. */
export type Sample = readonly (number | null)[]

export interface Batch {
  /** Ticks between samples: one number where constant, else one for each sample after the first. */
  step: number | readonly number[]
  /** At least one; a channel that is null in the first is null in all. */
  samples: readonly Sample[]
}

export const MAX_SAMPLES = 1024
const WIDTH_BITS = 6
/** A value is below it, so a zigzag difference is below 2^47 and every sum stays exact. */
const VALUE_LIMIT = 2 ** 45
const MAX_WIDTH = 47
/** Ticks of 10 ms: 497 days. */
const MAX_STEP = 0xffffffff
const MAX_STEP_WIDTH = 32

export function encodeBatch({ step, samples }: Batch): CborValue[] {
  const [first, ...rest] = samples
  if (!first || samples.length > MAX_SAMPLES) refuse(`${samples.length} samples, 1 to ${MAX_SAMPLES} expected`)
  for (const sample of samples) {
    if (sample.length !== first.length) refuse(`${sample.length} channels in a batch of ${first.length}`)
    sample.forEach((value, channel) => {
      if ((value === null) !== (first[channel] === null)) refuse(`channel ${channel} is null in only some samples`)
      if (value !== null && !inRange(value)) refuse(`channel ${channel} is ${value}, an integer below 2^45 expected`)
    })
  }
  if (rest.length === 0) return [[...first]]
  if (Array.isArray(step) && step.length !== rest.length) refuse(`${step.length} steps for ${samples.length} samples`)

  const steps = rest.map((_, i) => asUint(typeof step === "number" ? step : step[i], "step", MAX_STEP))
  const smallest = Math.min(...steps)
  const live = liveChannels(first)
  const rows = rest.map((sample, i) => [
    steps[i]! - smallest,
    ...live.map((channel) => zigzag(sample[channel]! - samples[i]![channel]!)),
  ])
  const widths = rows[0]!.map((_, column) => bitLength(Math.max(...rows.map((row) => row[column]!))))
  const writer = new BitWriter()
  for (const width of widths) writer.put(width, WIDTH_BITS)
  for (const row of rows) for (const [column, code] of row.entries()) writer.put(code, widths[column]!)
  return [[...first], smallest, samples.length, writer.finish()]
}

/** The inverse of `encodeBatch`; refuses what `encodeBatch` would not have written. */
export function decodeBatch(body: readonly CborValue[]): Batch {
  const first = asArray(body[0], "first sample", 1, 64).map((value) => (value === null ? null : asInt(value, "value")))
  if (!first.every((value) => value === null || inRange(value))) refuse("a first value of 2^45 or beyond")
  if (body.length === 1) return { step: 0, samples: [first] }
  if (body.length !== 4) refuse(`a body of ${body.length} fields, 1 or 4 expected`)
  const count = asUint(body[2], "sample count", MAX_SAMPLES)
  if (count < 2) refuse("a count below 2 with differences")
  const smallest = asUint(body[1], "step", MAX_STEP)

  const live = liveChannels(first)
  const reader = new BitReader(asBytes(body[3], "differences"))
  const widths = [0, ...live].map(() => reader.take(WIDTH_BITS))
  if (widths[0]! > MAX_STEP_WIDTH || widths.some((width) => width > MAX_WIDTH)) refuse("a bit width that nothing needs")
  const rows = Array.from({ length: count - 1 }, () => widths.map((width) => reader.take(width)))
  reader.end()
  widths.forEach((width, column) => {
    const largest = Math.max(...rows.map((row) => row[column]!))
    if (width !== bitLength(largest)) refuse("a bit width wider than needed")
  })
  return { step: stepsOf(smallest, rows), samples: samplesOf(first, live, rows) }
}

function stepsOf(smallest: number, rows: readonly number[][]): number | number[] {
  const steps = rows.map(([more]) => asUint(smallest + more!, "step", MAX_STEP))
  if (!steps.includes(smallest)) refuse("a smallest step that none has")
  return steps.every((step) => step === smallest) ? smallest : steps
}

function samplesOf(first: Sample, live: readonly number[], rows: readonly number[][]): Sample[] {
  const samples: Sample[] = [first]
  for (const [i, row] of rows.entries()) {
    const sample = [...samples[i]!]
    for (const [column, channel] of live.entries()) {
      const value = sample[channel]! + unzigzag(row[column + 1]!)
      if (!inRange(value)) refuse(`channel ${channel} reaches 2^45`)
      sample[channel] = value
    }
    samples.push(sample)
  }
  return samples
}

/** Ticks from the first sample to each sample. */
export function batchOffsets({ step, samples }: Batch): number[] {
  let at = 0
  return samples.map((_, i) => (i === 0 ? 0 : (at += typeof step === "number" ? step : step[i - 1]!)))
}

function liveChannels(first: Sample): number[] {
  return first.map((_, channel) => channel).filter((channel) => first[channel] !== null)
}

const inRange = (value: number) => Number.isInteger(value) && Math.abs(value) < VALUE_LIMIT
const zigzag = (difference: number) => (difference < 0 ? -2 * difference - 1 : 2 * difference)
const unzigzag = (code: number) => (code % 2 ? -(code + 1) / 2 : code / 2)

function bitLength(value: number): number {
  let bits = 0
  for (let rest = value; rest >= 1; rest = Math.floor(rest / 2)) bits++
  return bits
}

function refuse(what: string): never {
  throw new DormouseError("E_SAMPLES", `Samples: ${what}.`)
}

/** Values exceed 32 bits, so bits are written one by one: a device's batches are short. */
class BitWriter {
  readonly #bytes: number[] = []
  #free = 0

  put(value: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit--) {
      if (this.#free === 0) {
        this.#bytes.push(0)
        this.#free = 8
      }
      this.#free--
      if (Math.floor(value / 2 ** bit) % 2) this.#bytes[this.#bytes.length - 1]! |= 1 << this.#free
    }
  }

  finish(): Uint8Array {
    return new Uint8Array(this.#bytes)
  }
}

class BitReader {
  readonly #bytes: Uint8Array
  #bit = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** As many bits at a time as the byte at hand still has. */
  take(width: number): number {
    let value = 0
    for (let wanted = width; wanted > 0; ) {
      const byte = this.#bytes[this.#bit >> 3]
      if (byte === undefined) refuse("the differences end too early")
      const left = 8 - (this.#bit & 7)
      const count = wanted < left ? wanted : left
      value = value * (1 << count) + ((byte >> (left - count)) & ((1 << count) - 1))
      this.#bit += count
      wanted -= count
    }
    return value
  }

  end(): void {
    const padding = this.#bytes.length * 8 - this.#bit
    if (padding > 7 || this.take(padding) !== 0) refuse("the differences are followed by other bits than zero padding")
  }
}
