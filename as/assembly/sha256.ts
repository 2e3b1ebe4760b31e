/** SHA-256 (FIPS 180-4 §6.2), streaming: one stream at a time, its state at SHA. */

import { shaRounds } from "./generated/sha256"
import {
  copyWords,
  HMAC_INNER,
  INPUT,
  loadBig,
  OUTPUT,
  SHA,
  SHA_BLOCK,
  SHA_COUNT,
  SHA_SCHEDULE,
  storeBig,
  wipeTo,
} from "./memory"

const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
])

export function shaInit(): void {
  copyWords(SHA, INITIAL)
  store<u64>(SHA_COUNT, 0)
}

/** One block into the chaining value at SHA. */
export function shaCompress(block: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(SHA_SCHEDULE + i, loadBig(block + i))
  shaRounds()
}

export function shaUpdate(data: usize, length: usize): void {
  let filled = <usize>load<u64>(SHA_COUNT) & 63
  store<u64>(SHA_COUNT, load<u64>(SHA_COUNT) + length)
  while (length > 0) {
    if (filled === 0 && length >= 64 && (data & 3) === 0) {
      shaCompress(data)
      data += 64
      length -= 64
      continue
    }
    const take = min<usize>(64 - filled, length)
    memory.copy(SHA_BLOCK + filled, data, take)
    data += take
    length -= take
    filled += take
    if (filled === 64) {
      shaCompress(SHA_BLOCK)
      filled = 0
    }
  }
}

export function shaFinal(digest: usize): void {
  const count = load<u64>(SHA_COUNT)
  let filled = <usize>count & 63
  store<u8>(SHA_BLOCK + filled, 0x80)
  filled++
  memory.fill(SHA_BLOCK + filled, 0, 64 - filled)
  if (filled > 56) {
    shaCompress(SHA_BLOCK)
    memory.fill(SHA_BLOCK, 0, 64)
  }
  storeBig(SHA_BLOCK + 56, <u32>(count >> 29))
  storeBig(SHA_BLOCK + 60, (<u32>count) << 3)
  shaCompress(SHA_BLOCK)
  shaDigest(digest)
}

/** The chaining value as bytes. */
export function shaDigest(digest: usize): void {
  for (let i: usize = 0; i < 32; i += 4) storeBig(digest + i, load<u32>(SHA + i))
}

/** Digest of `length` bytes at INPUT, to OUTPUT. */
export function sha256(length: usize): void {
  shaInit()
  shaUpdate(INPUT, length)
  shaFinal(OUTPUT)
  wipeTo(HMAC_INNER)
}
