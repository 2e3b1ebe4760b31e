/** CRC-32 of IEEE 802.3, reflected, as serial frames and the RCS of RFC 8724 §8.2.3 use it. */

/** A nibble a step: 16 entries instead of 256, for a device's sake. */
const TABLE = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((nibble) => {
  let crc = nibble
  for (let bit = 0; bit < 4; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc | 0
})

/** Over `bytes` from `start` to before `end`; unsigned. */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1
  for (let i = start; i < end; i++) {
    crc ^= bytes[i]!
    crc = (crc >>> 4) ^ TABLE[crc & 15]!
    crc = (crc >>> 4) ^ TABLE[crc & 15]!
  }
  return ~crc >>> 0
}
