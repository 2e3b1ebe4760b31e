/**
 * A record in flash: length(2) type(1) marker(1) payload checksum(4), padded with 0xFF to 32 bytes, the unit that flash
 * encryption writes. Erased flash reads as no record; a torn write fails the checksum.
 *
 * Two things let a wreck be told. The marker holds the length again: where the two agree, the length can be believed. And
 * the last byte of the checksum, the last that is written, is never 0xFF: where it reads so, the write was cut short.
 */
import { CHECKSUM_LENGTH, checksum, type Storage } from "./storage.ts"

export const ALIGNMENT = 32
const HEADER = 4
const MARKER_AT = 3
const MARKER = 0xa5
/** Below this a marker is never 0xFF, which is erased. */
export const MOST_RECORD = 2048
/** Nearly every record is no longer: one read gets it whole. */
const FIRST_READ = 128

export interface FlashRecord {
  type: number
  payload: Uint8Array
  /** bytes it takes in flash */
  size: number
}

export function recordSize(payloadLength: number): number {
  return (HEADER + payloadLength + CHECKSUM_LENGTH + ALIGNMENT - 1) & -ALIGNMENT
}

export function encodeRecord(storage: Storage, type: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(recordSize(payload.length)).fill(0xff)
  const end = HEADER + payload.length
  out[0] = payload.length >> 8
  out[1] = payload.length & 255
  out[2] = type
  out[MARKER_AT] = markerOf(out.length)
  out.set(payload, HEADER)
  out.set(checksum(storage, out.subarray(0, end)), end)
  if (out[end + CHECKSUM_LENGTH - 1] === 0xff) out[end + CHECKSUM_LENGTH - 1] = 0xfe
  return out
}

/** The record at `offset`, "blank" where flash is erased there, "bad" where what stands there is no whole record. */
export function readRecord(storage: Storage, offset: number, end: number): FlashRecord | "blank" | "bad" {
  const { flash } = storage
  let bytes = flash.read(offset, Math.min(FIRST_READ, end - offset))
  const length = bytes[0]! * 256 + bytes[1]!
  const size = recordSize(length)
  if (bytes[MARKER_AT] !== markerOf(size)) return isErased(bytes.subarray(0, ALIGNMENT)) ? "blank" : "bad"
  if (offset + size > end) return "bad"
  if (size > bytes.length) bytes = flash.read(offset, size)
  const sum = storage.crypto.sha256(bytes.subarray(0, HEADER + length))
  const at = HEADER + length
  const last = sum[3] === 0xff ? 0xfe : sum[3]
  const ok = bytes[at] === sum[0] && bytes[at + 1] === sum[1] && bytes[at + 2] === sum[2] && bytes[at + 3] === last
  return ok ? { type: bytes[2]!, payload: bytes.slice(HEADER, at), size } : "bad"
}

/** What a record's header says of it, `undefined` where it contradicts itself. */
export function shapeOf(bytes: Uint8Array): { length: number; size: number; type: number } | undefined {
  const length = bytes[0]! * 256 + bytes[1]!
  const size = recordSize(length)
  return size <= MOST_RECORD && bytes[MARKER_AT] === markerOf(size) ? { length, size, type: bytes[2]! } : undefined
}

/** Whether a record of this payload, otherwise unreadable, was never written to its end. */
export function isCutShort(bytes: Uint8Array, length: number): boolean {
  return bytes[HEADER + length + CHECKSUM_LENGTH - 1] === 0xff
}

export function isErased(bytes: Uint8Array): boolean {
  const { length } = bytes
  for (let i = 0; i < length; i++) if (bytes[i] !== 0xff) return false
  return true
}

function markerOf(size: number): number {
  return MARKER ^ (size / ALIGNMENT)
}
