/**
 * A record in flash: checksum(4) length(2) type(1) marker(1) payload, padded with 0xFF to 32 bytes, the unit that flash
 * encryption writes. The checksum covers all behind it but the padding. Erased flash reads as no record; a torn write
 * fails the checksum.
 */
import { CHECKSUM_LENGTH, checksum, hasChecksum, type Storage } from "./storage.ts"

export const ALIGNMENT = 32
const HEADER = 8
const MARKER = 0xa5
/** Nearly every record is no longer: one read gets it whole. */
const FIRST_READ = 128

export interface FlashRecord {
  type: number
  payload: Uint8Array
  /** bytes it takes in flash */
  size: number
}

export function recordSize(payloadLength: number): number {
  return Math.ceil((HEADER + payloadLength) / ALIGNMENT) * ALIGNMENT
}

export function encodeRecord(storage: Storage, type: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(recordSize(payload.length)).fill(0xff)
  out[4] = payload.length >> 8
  out[5] = payload.length & 255
  out[6] = type
  out[7] = MARKER
  out.set(payload, HEADER)
  out.set(checksum(storage, out.subarray(CHECKSUM_LENGTH, HEADER + payload.length)))
  return out
}

/** The record at `offset`, "blank" where flash is erased there, "bad" where what stands there is no whole record. */
export function readRecord(storage: Storage, offset: number, end: number): FlashRecord | "blank" | "bad" {
  const { flash } = storage
  let bytes = flash.read(offset, Math.min(FIRST_READ, end - offset))
  if (bytes[7] !== MARKER) return isBlank(bytes) ? "blank" : "bad"
  const length = bytes[4]! * 256 + bytes[5]!
  const size = recordSize(length)
  if (offset + size > end) return "bad"
  if (size > bytes.length) bytes = flash.read(offset, size)
  if (!hasChecksum(storage, bytes, bytes.subarray(CHECKSUM_LENGTH, HEADER + length))) return "bad"
  return { type: bytes[6]!, payload: bytes.slice(HEADER, HEADER + length), size }
}

function isBlank(bytes: Uint8Array): boolean {
  for (let i = 0; i < ALIGNMENT; i++) if (bytes[i] !== 0xff) return false
  return true
}
