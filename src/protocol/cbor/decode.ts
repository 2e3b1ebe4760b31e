import { compareBytes, utf8Decode } from "../bytes.ts"
import { DormouseError, type ErrorCode } from "../errors.ts"
import { type CborValue, Major, Tagged } from "./value.ts"

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
  const reader = new Reader(bytes, offset)
  const value = reader.value(0)
  return { value, end: reader.offset }
}

function refuse(code: ErrorCode, offset: number, what: string): never {
  throw new DormouseError(code, `CBOR at byte ${offset}: ${what}.`)
}

class Reader {
  offset: number
  readonly #bytes: Uint8Array
  /** of the head read last: a number, a length, a tag */
  #argument = 0

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes
    this.offset = offset
  }

  value(depth: number): CborValue {
    if (depth > DEPTH) refuse("E_CBOR_DEPTH", this.offset, `nested deeper than ${DEPTH}`)
    const start = this.offset
    const major = this.#head()
    const argument = this.#argument
    switch (major) {
      case Major.uint:
        return argument
      case Major.negative:
        return -1 - argument
      case Major.bytes: {
        const from = this.#skip(argument)
        return this.#bytes.slice(from, this.offset)
      }
      case Major.text: {
        const from = this.#skip(argument)
        const text = utf8Decode(this.#bytes.subarray(from, this.offset))
        return text ?? refuse("E_CBOR_UTF8", start, "text that is not UTF-8")
      }
      case Major.array:
        return this.#array(argument, depth)
      case Major.map:
        return this.#map(argument, depth)
      case Major.tag:
        return new Tagged(argument, this.value(depth + 1))
      default:
        if (argument === 20) return false
        if (argument === 21) return true
        if (argument === 22) return null
        return refuse("E_CBOR_TYPE", start, "a float or simple value, which no message here has")
    }
  }

  /** Returns the major type; its argument is in `#argument`. This runs for every item, so it makes no objects. */
  #head(): number {
    const start = this.#skip(1)
    const first = this.#bytes[start]!
    const major = first >> 5
    const info = first & 31
    if (info < 24) {
      this.#argument = info
      return major
    }
    if (info > 27) refuse("E_CBOR_INDEFINITE", start, "an indefinite length or reserved head")
    if (major === Major.simple) refuse("E_CBOR_TYPE", start, "a float or simple value, which no message here has")
    let argument = 0
    const from = this.#skip(1 << (info - 24))
    for (let i = from; i < this.offset; i++) argument = argument * 256 + this.#bytes[i]!
    // -1 - argument must stay a safe integer too
    const most = major === Major.negative ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER
    if (argument > most) refuse("E_CBOR_RANGE", start, "an integer of more than 53 bits")
    if (argument < LEAST[info - 24]!) refuse("E_CBOR_NOT_SHORTEST", start, "a head that is not the shortest form")
    this.#argument = argument
    return major
  }

  #array(length: number, depth: number): CborValue[] {
    this.#expect(length)
    const items: CborValue[] = []
    for (let i = 0; i < length; i++) items.push(this.value(depth + 1))
    return items
  }

  #map(length: number, depth: number): Map<CborValue, CborValue> {
    this.#expect(2 * length)
    const map = new Map<CborValue, CborValue>()
    let previous: Uint8Array | undefined
    for (let i = 0; i < length; i++) {
      const start = this.offset
      const key = this.value(depth + 1)
      const keyBytes = this.#bytes.subarray(start, this.offset)
      if (previous && compareBytes(previous, keyBytes) >= 0)
        refuse("E_CBOR_MAP_ORDER", start, "map keys out of order or repeated")
      previous = keyBytes
      map.set(key, this.value(depth + 1))
    }
    return map
  }

  /** Every item takes a byte at least, so a length beyond the rest is refused before anything is built. */
  #expect(items: number): void {
    if (items > this.#bytes.length - this.offset) refuse("E_CBOR_END", this.offset, "the input ends too early")
  }

  /** Moves over `length` bytes; returns where they begin. */
  #skip(length: number): number {
    this.#expect(length)
    this.offset += length
    return this.offset - length
  }
}
