/**
 * A record in flash: length(2) type(1) marker(1) CRC-32(4) payload, padded with 0xFF to 32 bytes, the unit that flash
 * encryption writes. Integers are big-endian. Erased flash reads as no record; a torn write fails the CRC.
 */
import { concat, uintBytes } from "../../protocol/bytes.ts"
import type { Flash } from "../ports.ts"
import { crc32 } from "./crc32.ts"

export const ALIGNMENT = 32
const HEADER = 8
const MARKER = 0xa5

export interface FlashRecord {
  type: number
  payload: Uint8Array
  /** bytes it takes in flash */
  size: number
}

export function recordSize(payloadLength: number): number {
  return Math.ceil((HEADER + payloadLength) / ALIGNMENT) * ALIGNMENT
}

export function encodeRecord(type: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(recordSize(payload.length)).fill(0xff)
  const prefix = concat(uintBytes(payload.length, 2), new Uint8Array([type, MARKER]))
  out.set(prefix)
  out.set(uintBytes(crc32(concat(prefix, payload)), 4), 4)
  out.set(payload, HEADER)
  return out
}

/** The record at `offset`, "blank" where flash is erased there, "bad" where what stands there is no whole record. */
export function readRecord(flash: Flash, offset: number, end: number): FlashRecord | "blank" | "bad" {
  const first = flash.read(offset, ALIGNMENT)
  if (first.every((byte) => byte === 0xff)) return "blank"
  const length = first[0]! * 256 + first[1]!
  const size = recordSize(length)
  if (first[3] !== MARKER || offset + size > end) return "bad"
  const bytes = size > ALIGNMENT ? flash.read(offset, size) : first
  const payload = bytes.slice(HEADER, HEADER + length)
  const stored = ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0
  if (crc32(concat(bytes.subarray(0, 4), payload)) !== stored) return "bad"
  return { type: bytes[2]!, payload, size }
}
