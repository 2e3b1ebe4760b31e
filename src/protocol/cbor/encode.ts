import { compareBytes, utf8Encode } from "../bytes.ts"
import { DormouseError } from "../errors.ts"
import * as Major from "./major.ts"
import { type CborValue, Tagged } from "./value.ts"

/** Deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths, map keys in bytewise order. */
export function encode(value: CborValue): Uint8Array {
  return encodeSequence([value])
}

/** A CBOR sequence (RFC 8742): the items one behind the other. */
export function encodeSequence(values: readonly CborValue[]): Uint8Array {
  // A map's keys are encoded on their own, in the middle of an item: what is before them stays.
  const start = length
  buffer ??= new Uint8Array(256)
  try {
    for (let i = 0; i < values.length; i++) item(values[i]!)
    return buffer.slice(start, length)
  } finally {
    length = start
  }
}

/**
 * What is being written: one buffer for all messages, as allocating one each time costs more than the encoding. Made at
 * the first message: what a module makes when it is loaded lies in a board's flash. Variables and no class: see decode.ts.
 */
let buffer!: Uint8Array
let length = 0

function item(value: CborValue): void {
  if (typeof value === "number") integer(value)
  else if (typeof value === "string") string(Major.text, utf8Encode(value))
  else if (Array.isArray(value)) {
    const size = value.length
    head(Major.array, size)
    for (let i = 0; i < size; i++) item(value[i]!)
  } else if (value instanceof Uint8Array) string(Major.bytes, value)
  else if (value === null) head(Major.simple, 22)
  else if (typeof value === "boolean") head(Major.simple, value ? 21 : 20)
  else if (value instanceof Map) map(value)
  else if (value instanceof Tagged) {
    head(Major.tag, value.tag)
    item(value.value)
  } else throw new DormouseError("E_CBOR_TYPE", `A value of type ${typeof value} has no CBOR form here.`)
}

function integer(value: number): void {
  if (!Number.isSafeInteger(value))
    throw new DormouseError("E_CBOR_TYPE", `${value} is not a safe integer: scale readings to integers first.`)
  if (value < 0) head(Major.negative, -1 - value)
  else head(Major.uint, value)
}

function map(values: Map<CborValue, CborValue>): void {
  const entries = [...values].map(([key, value]) => ({ key: encode(key), value }))
  entries.sort((a, b) => compareBytes(a.key, b.key))
  head(Major.map, entries.length)
  for (const [i, { key, value }] of entries.entries()) {
    // two byte strings of one content are two keys to a Map, and one to CBOR
    if (i > 0 && compareBytes(entries[i - 1]!.key, key) === 0)
      throw new DormouseError("E_CBOR_MAP_ORDER", "A map has the same key twice.")
    raw(key)
    item(value)
  }
}

function string(major: number, bytes: Uint8Array): void {
  head(major, bytes.length)
  raw(bytes)
}

function head(major: number, argument: number): void {
  if (length + 9 > buffer.length) reserve(9)
  const type = major << 5
  if (argument < 24) {
    buffer[length++] = type | argument
    return
  }
  const extra = argument < 0x100 ? 1 : argument < 0x10000 ? 2 : argument < 0x100000000 ? 4 : 8
  buffer[length++] = type | (extra === 1 ? 24 : extra === 2 ? 25 : extra === 4 ? 26 : 27)
  for (let i = length + extra - 1, rest = argument; i >= length; i--, rest = Math.floor(rest / 256))
    buffer[i] = rest % 256
  length += extra
}

function raw(bytes: Uint8Array): void {
  const size = bytes.length
  reserve(size)
  buffer.set(bytes, length)
  length += size
}

function reserve(more: number): void {
  if (length + more <= buffer.length) return
  const grown = new Uint8Array(Math.max(2 * buffer.length, length + more))
  grown.set(buffer)
  buffer = grown
}
