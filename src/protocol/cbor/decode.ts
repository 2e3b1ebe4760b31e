import { compareBytes, utf8Decode } from "../bytes.ts"
import { DormouseError, type ErrorCode } from "../errors.ts"
import * as Major from "./major.ts"
import { type CborValue, Tagged } from "./value.ts"

/** Deepest nesting accepted: hostile input must not reach the stack's end. */
const DEPTH = 16
/** Smallest arguments that need 1, 2, 4 and 8 bytes. */
const LEAST = [24, 0x100, 0x10000, 0x100000000]

/** One item and nothing behind it. Anything but deterministic CBOR is refused with an `E_CBOR_*` error. */
export function decode(bytes: Uint8Array): CborValue {
  const { value, end } = decodeFirst(bytes)
  if (end !== bytes.length) refuse("E_CBOR_TRAILING", end, `${bytes.length - end} bytes behind the item`)
  return value
}

/** All items of a CBOR sequence (RFC 8742). */
export function decodeSequence(bytes: Uint8Array): CborValue[] {
  const values: CborValue[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const { value, end } = decodeFirst(bytes, offset)
    values.push(value)
    offset = end
  }
  return values
}

/** The item at `offset`, and where it ends. */
export function decodeFirst(bytes: Uint8Array, offset = 0): { value: CborValue; end: number } {
  input = bytes
  length = bytes.length
  at = offset
  const value = item(0)
  return { value, end: at }
}

/**
 * What is being read: one message at a time. Variables of the module and no class, since every wake of a device decodes a
 * dozen messages in an interpreter, to which a private field costs several times as much.
 */
let input: Uint8Array = new Uint8Array(0)
let length = 0
let at = 0
/** of the head read last: a number, a length, a tag */
let argument = 0

function refuse(code: ErrorCode, offset: number, what: string): never {
  throw new DormouseError(code, `CBOR at byte ${offset}: ${what}.`)
}

function item(depth: number): CborValue {
  if (depth > DEPTH) refuse("E_CBOR_DEPTH", at, `nested deeper than ${DEPTH}`)
  const start = at
  const major = head()
  switch (major) {
    case Major.uint:
      return argument
    case Major.negative:
      return -1 - argument
    case Major.bytes: {
      const from = skip(argument)
      return input.slice(from, at)
    }
    case Major.text: {
      const from = skip(argument)
      return utf8Decode(input.subarray(from, at)) ?? refuse("E_CBOR_UTF8", start, "text that is not UTF-8")
    }
    case Major.array:
      return array(argument, depth)
    case Major.map:
      return map(argument, depth)
    case Major.tag: {
      const tag = argument
      return new Tagged(tag, item(depth + 1))
    }
    default:
      if (argument === 20) return false
      if (argument === 21) return true
      if (argument === 22) return null
      return refuse("E_CBOR_TYPE", start, "a float or simple value, which no message here has")
  }
}

/** Returns the major type; its argument is in `argument`. This runs for every item, so it makes no objects. */
function head(): number {
  const start = at
  if (start >= length) expect(1)
  const first = input[start]!
  const major = first >> 5
  const info = first & 31
  at = start + 1
  if (info < 24) {
    argument = info
    return major
  }
  if (info > 27) refuse("E_CBOR_INDEFINITE", start, "an indefinite length or reserved head")
  if (major === Major.simple) refuse("E_CBOR_TYPE", start, "a float or simple value, which no message here has")
  let value = 0
  for (let i = skip(1 << (info - 24)); i < at; i++) value = value * 256 + input[i]!
  // -1 - value must stay a safe integer too
  const most = major === Major.negative ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER
  if (value > most) refuse("E_CBOR_RANGE", start, "an integer of more than 53 bits")
  if (value < LEAST[info - 24]!) refuse("E_CBOR_NOT_SHORTEST", start, "a head that is not the shortest form")
  argument = value
  return major
}

function array(size: number, depth: number): CborValue[] {
  expect(size)
  const items: CborValue[] = []
  for (let i = 0; i < size; i++) items.push(item(depth + 1))
  return items
}

function map(size: number, depth: number): Map<CborValue, CborValue> {
  expect(2 * size)
  const entries = new Map<CborValue, CborValue>()
  let previous: Uint8Array | undefined
  for (let i = 0; i < size; i++) {
    const start = at
    const key = item(depth + 1)
    const keyBytes = input.subarray(start, at)
    if (previous && compareBytes(previous, keyBytes) >= 0)
      refuse("E_CBOR_MAP_ORDER", start, "map keys out of order or repeated")
    previous = keyBytes
    entries.set(key, item(depth + 1))
  }
  return entries
}

/** Every item takes a byte at least, so a length beyond the rest is refused before anything is built. */
function expect(items: number): void {
  if (items > length - at) refuse("E_CBOR_END", at, "the input ends too early")
}

/** Moves over `bytes` bytes; returns where they begin. */
function skip(bytes: number): number {
  if (bytes > length - at) expect(bytes)
  const from = at
  at = from + bytes
  return from
}
