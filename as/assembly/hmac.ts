/** HMAC-SHA-256 (RFC 2104), streaming; the two keyed chaining values are kept, so a key costs its two blocks once. */
import { shaRounds } from "./generated/sha256"
import { copyWords, HMAC_INNER, HMAC_OUTER, HMAC_PAD, loadBig, SHA, SHA_COUNT, SHA_SCHEDULE } from "./memory"
import { shaCompress, shaDigest, shaFinal, shaInit } from "./sha256"

function keyed(state: usize): void {
  shaInit()
  shaCompress(HMAC_PAD)
  copyWords(state, SHA)
}

/** Sets the key: at most 64 bytes; longer ones are hashed by the caller. */
export function hmacKey(key: usize, length: usize): void {
  memory.fill(HMAC_PAD, 0, 64)
  memory.copy(HMAC_PAD, key, length)
  for (let i: usize = 0; i < 64; i += 4) store<u32>(HMAC_PAD + i, load<u32>(HMAC_PAD + i) ^ 0x36363636)
  keyed(HMAC_INNER)
  for (let i: usize = 0; i < 64; i += 4) store<u32>(HMAC_PAD + i, load<u32>(HMAC_PAD + i) ^ 0x6a6a6a6a) // 0x36 ^ 0x5c
  keyed(HMAC_OUTER)
}

export function hmacInit(): void {
  copyWords(SHA, HMAC_INNER)
  store<u64>(SHA_COUNT, 64)
}

/** digest = hash of a block that led to `state` and the 32 bytes of `data`: what an outer hash is, and the inner one of V. */
function hashAfterBlock(digest: usize, state: usize, data: usize): void {
  copyWords(SHA, state)
  for (let i: usize = 0; i < 32; i += 4) {
    store<u32>(SHA_SCHEDULE + i, loadBig(data + i))
    store<u32>(SHA_SCHEDULE + 32 + i, 0)
  }
  store<u32>(SHA_SCHEDULE, 0x80000000, 32)
  store<u32>(SHA_SCHEDULE, 8 * 96, 60)
  shaRounds()
  shaDigest(digest)
}

/** The HMAC's end, from the inner digest at `tag`. */
export function hmacOuter(tag: usize): void {
  hashAfterBlock(tag, HMAC_OUTER, tag)
}

export function hmacFinal(tag: usize): void {
  shaFinal(tag)
  hmacOuter(tag)
}

/** tag = HMAC of 32 bytes, aligned as the tag is. */
export function hmac32(tag: usize, data: usize): void {
  hashAfterBlock(tag, HMAC_INNER, data)
  hmacOuter(tag)
}
