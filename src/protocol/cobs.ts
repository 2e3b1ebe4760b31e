/**
 * Consistent Overhead Byte Stuffing (Cheshire and Baker 1999): any bytes without a zero among them, one byte longer for
 * each 254 begun. A zero then can only be the end of a frame, so whoever loses his place finds it at the next one.
 */

const LONGEST_RUN = 0xff

/** Longest encoding of `length` bytes. */
export function cobsLength(length: number): number {
  return length + 1 + Math.floor(length / (LONGEST_RUN - 1))
}

export function cobsEncode(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(cobsLength(bytes.length))
  let head = 0
  let end = 1
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte !== 0) out[end++] = byte
    if (byte !== 0 && end - head < LONGEST_RUN) continue
    // A full run at the very end needs no head behind it.
    if (byte !== 0 && i === bytes.length - 1) break
    out[head] = end - head
    head = end++
  }
  out[head] = end - head
  return out.subarray(0, end)
}

/** Decodes the first `length` bytes of `bytes` in place; how many came of it, -1 where they are no such encoding. */
export function cobsDecode(bytes: Uint8Array, length: number): number {
  let end = 0
  for (let at = 0; at < length; ) {
    const run = bytes[at]!
    if (run === 0 || at + run > length) return -1
    for (let i = 1; i < run; i++) {
      const byte = bytes[at + i]!
      if (byte === 0) return -1
      bytes[end++] = byte
    }
    at += run
    if (run < LONGEST_RUN && at < length) bytes[end++] = 0
  }
  return end
}
