import { compareBytes, utf8Encode } from "../bytes.ts"
import { DormouseError } from "../errors.ts"
import { type CborValue, Major, Tagged } from "./value.ts"

/** Deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths, map keys in bytewise order. */
export function encode(value: CborValue): Uint8Array {
  return encodeSequence([value])
}

/** A CBOR sequence (RFC 8742): the items one behind the other. */
export function encodeSequence(values: readonly CborValue[]): Uint8Array {
  const writer = new Writer()
  for (const value of values) writer.value(value)
  return writer.finish()
}

/** One buffer for all writers that do not overlap: allocating one each time costs more than the encoding. */
let spare: Uint8Array | undefined

class Writer {
  #bytes = spare ?? new Uint8Array(256)
  #length = 0

  constructor() {
    spare = undefined
  }

  value(value: CborValue): void {
    if (typeof value === "number") this.#integer(value)
    else if (value instanceof Uint8Array) this.#string(Major.bytes, value)
    else if (typeof value === "string") this.#string(Major.text, utf8Encode(value))
    else if (Array.isArray(value)) {
      this.#head(Major.array, value.length)
      for (const item of value) this.value(item)
    } else if (value === null) this.#head(Major.simple, 22)
    else if (typeof value === "boolean") this.#head(Major.simple, value ? 21 : 20)
    else if (value instanceof Map) this.#map(value)
    else if (value instanceof Tagged) {
      this.#head(Major.tag, value.tag)
      this.value(value.value)
    } else throw new DormouseError("E_CBOR_TYPE", `A value of type ${typeof value} has no CBOR form here.`)
  }

  finish(): Uint8Array {
    spare = this.#bytes
    return this.#bytes.slice(0, this.#length)
  }

  #integer(value: number): void {
    if (!Number.isSafeInteger(value))
      throw new DormouseError("E_CBOR_TYPE", `${value} is not a safe integer: scale readings to integers first.`)
    if (value < 0) this.#head(Major.negative, -1 - value)
    else this.#head(Major.uint, value)
  }

  #map(map: Map<CborValue, CborValue>): void {
    const entries = [...map].map(([key, value]) => ({ key: encode(key), value }))
    entries.sort((a, b) => compareBytes(a.key, b.key))
    this.#head(Major.map, entries.length)
    for (const [i, { key, value }] of entries.entries()) {
      // two byte strings of one content are two keys to a Map, and one to CBOR
      if (i > 0 && compareBytes(entries[i - 1]!.key, key) === 0)
        throw new DormouseError("E_CBOR_MAP_ORDER", "A map has the same key twice.")
      this.#raw(key)
      this.value(value)
    }
  }

  #string(major: number, bytes: Uint8Array): void {
    this.#head(major, bytes.length)
    this.#raw(bytes)
  }

  #head(major: number, argument: number): void {
    this.#reserve(9)
    const bytes = this.#bytes
    const type = major << 5
    let extra = 0
    if (argument < 24) bytes[this.#length++] = type | argument
    else {
      extra = argument < 0x100 ? 1 : argument < 0x10000 ? 2 : argument < 0x100000000 ? 4 : 8
      bytes[this.#length++] = type | (extra === 1 ? 24 : extra === 2 ? 25 : extra === 4 ? 26 : 27)
      for (let i = extra - 1, rest = argument; i >= 0; i--, rest = Math.floor(rest / 256))
        bytes[this.#length + i] = rest % 256
    }
    this.#length += extra
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}
