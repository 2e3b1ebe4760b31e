/**
 * A batch of samples in few bytes: the first in full, then zigzag differences at one bit width per channel, packed
 * most significant bit first behind a 6-bit width for each channel. The last byte is padded with zero bits.
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

  const live = liveChannels(first)
  const differences = rest.map((sample, i) => live.map((channel) => zigzag(sample[channel]! - samples[i]![channel]!)))
  const widths = live.map((_, column) => bitLength(Math.max(...differences.map((row) => row[column]!))))
  const writer = new BitWriter()
  for (const width of widths) writer.put(width, WIDTH_BITS)
  for (const row of differences) for (const [column, code] of row.entries()) writer.put(code, widths[column]!)
  const steps = typeof step === "number" ? step : new Set(step).size === 1 ? step[0]! : [...step]
  for (const ticks of [steps].flat()) asUint(ticks, "step", MAX_STEP)
  return [[...first], steps, samples.length, writer.finish()]
}

/** The inverse of `encodeBatch`; refuses what `encodeBatch` would not have written. */
export function decodeBatch(body: readonly CborValue[]): Batch {
  const first = asArray(body[0], "first sample", 1, 64).map((value) => (value === null ? null : asInt(value, "value")))
  if (!first.every((value) => value === null || inRange(value))) refuse("a first value of 2^45 or beyond")
  if (body.length === 1) return { step: 0, samples: [first] }
  if (body.length !== 4) refuse(`a body of ${body.length} fields, 1 or 4 expected`)
  const count = asUint(body[2], "sample count", MAX_SAMPLES)
  if (count < 2) refuse("a count below 2 with differences")
  const step = typeof body[1] === "number" ? asUint(body[1], "step", MAX_STEP) : stepList(body[1]!, count)

  const live = liveChannels(first)
  const reader = new BitReader(asBytes(body[3], "differences"))
  const widths = live.map(() => reader.take(WIDTH_BITS))
  if (widths.some((width) => width > MAX_WIDTH)) refuse(`a bit width above ${MAX_WIDTH}`)
  const largest = live.map(() => 0)
  const samples: Sample[] = [first]
  for (let i = 1; i < count; i++) {
    const sample = [...samples[i - 1]!]
    live.forEach((channel, column) => {
      const code = reader.take(widths[column]!)
      largest[column] = Math.max(largest[column]!, code)
      sample[channel] = sample[channel]! + unzigzag(code)
      if (!inRange(sample[channel])) refuse(`channel ${channel} reaches 2^45`)
    })
    samples.push(sample)
  }
  reader.end()
  if (widths.some((width, column) => width !== bitLength(largest[column]!))) refuse("a bit width wider than needed")
  return { step, samples }
}

/** Ticks from the first sample to each sample. */
export function batchOffsets({ step, samples }: Batch): number[] {
  let at = 0
  return samples.map((_, i) => (i === 0 ? 0 : (at += typeof step === "number" ? step : step[i - 1]!)))
}

function stepList(value: CborValue, count: number): number[] {
  const steps = asArray(value, "steps", count - 1, count - 1).map((step) => asUint(step, "step", MAX_STEP))
  if (new Set(steps).size < 2) refuse("constant steps written as a list")
  return steps
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

/** Values exceed 32 bits, so bits are handled one by one: batches are short. */
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

  take(width: number): number {
    let value = 0
    for (let i = 0; i < width; i++, this.#bit++) {
      const byte = this.#bytes[this.#bit >> 3]
      if (byte === undefined) refuse("the differences end too early")
      value = value * 2 + ((byte >> (7 - (this.#bit & 7))) & 1)
    }
    return value
  }

  end(): void {
    const padding = this.#bytes.length * 8 - this.#bit
    if (padding > 7 || this.take(padding) !== 0) refuse("the differences are followed by other bits than zero padding")
  }
}
