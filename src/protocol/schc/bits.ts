/** Bit strings in byte arrays, most significant bit first. */

/** At most 8 bits; behind the end there are zeros. */
export function readBits(bytes: Uint8Array, at: number, count: number): number {
  const word = ((bytes[at >> 3] ?? 0) << 8) | (bytes[(at >> 3) + 1] ?? 0)
  return (word >> (16 - (at & 7) - count)) & ((1 << count) - 1)
}

/** At most 8 bits, into zeros. */
export function writeBits(bytes: Uint8Array, at: number, count: number, value: number): void {
  const word = value << (16 - (at & 7) - count)
  bytes[at >> 3]! |= word >> 8
  bytes[(at >> 3) + 1]! |= word & 255
}

/** Into zeros, or what was copied there before. */
export function copyBits(from: Uint8Array, fromBit: number, to: Uint8Array, toBit: number, count: number): void {
  let done = 0
  if (((fromBit | toBit) & 7) === 0) {
    // whole bytes, as most rules have them
    to.set(from.subarray(fromBit >> 3, (fromBit + count) >> 3), toBit >> 3)
    done = count & ~7
  }
  while (done < count) {
    const step = Math.min(8 - ((toBit + done) & 7), count - done)
    writeBits(to, toBit + done, step, readBits(from, fromBit + done, step))
    done += step
  }
}

export function equalBits(a: Uint8Array, aBit: number, b: Uint8Array, bBit: number, count: number): boolean {
  for (let done = 0; done < count; done += 8) {
    const step = Math.min(8, count - done)
    if (readBits(a, aBit + done, step) !== readBits(b, bBit + done, step)) return false
  }
  return true
}
