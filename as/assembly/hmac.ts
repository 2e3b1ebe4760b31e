/** HMAC-SHA-256 (RFC 2104), streaming; the two keyed chaining values are kept, so a key costs its two blocks once. */
import { HMAC_INNER, HMAC_OUTER, HMAC_PAD, SHA, SHA_COUNT } from "./memory"
import { shaCompress, shaFinal, shaInit, shaUpdate } from "./sha256"

function keyed(state: usize): void {
  shaInit()
  shaCompress(HMAC_PAD)
  memory.copy(state, SHA, 32)
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
  memory.copy(SHA, HMAC_INNER, 32)
  store<u64>(SHA_COUNT, 64)
}

export function hmacFinal(tag: usize): void {
  shaFinal(tag)
  memory.copy(SHA, HMAC_OUTER, 32)
  store<u64>(SHA_COUNT, 64)
  shaUpdate(tag, 32)
  shaFinal(tag)
}
