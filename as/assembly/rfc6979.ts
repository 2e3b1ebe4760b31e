/** Deterministic nonces (RFC 6979 §3.2, HMAC-SHA-256); no additional data. */
import { hmacFinal, hmacInit, hmacKey } from "./hmac"
import { HMAC_INNER, NONCE_INPUT, NONCE_K, NONCE_V } from "./memory"
import { scFromBytes, scToBytes, scZeroMask } from "./scalar"
import { shaUpdate } from "./sha256"

/** What `hmacKey` makes of K = 0, the key everything starts with: HMAC_INNER and HMAC_OUTER. */
const ZERO_KEY: usize = memory.data<u32>([
  0xf454dead, 0x9725214f, 0x90daf2a0, 0xdf1228ea, 0x64e5750f, 0xa3924181, 0x824a932b, 0xf8e04e32, 0xd385480f,
  0x7abb6477, 0x37c9c538, 0x5dd82467, 0x8e043a72, 0x753434b0, 0xdeb82818, 0x361d45a6,
])

function updateV(): void {
  hmacInit()
  shaUpdate(NONCE_V, 32)
  hmacFinal(NONCE_V)
}

/** K = HMAC(K, V || tag || ...), then V = HMAC(K, V): steps d to g, or h.3 with nothing behind the tag. */
function mix(tag: u8, length: usize): void {
  memory.copy(NONCE_INPUT, NONCE_V, 32)
  store<u8>(NONCE_INPUT + 32, tag)
  hmacInit()
  shaUpdate(NONCE_INPUT, 33 + length)
  hmacFinal(NONCE_K)
  hmacKey(NONCE_K, 32)
  updateV()
}

/** Starts with secret key and digest as scalars. */
export function nonceInit(key: usize, digest: usize): void {
  scToBytes(NONCE_INPUT + 33, key)
  scToBytes(NONCE_INPUT + 65, digest)
  memory.fill(NONCE_V, 1, 32)
  memory.copy(HMAC_INNER, ZERO_KEY, 64)
  mix(0, 64)
  mix(1, 64)
}

/** The next candidate; all ones where it is a scalar, 0 < k < n. */
export function nonceNext(k: usize): u32 {
  updateV()
  return scFromBytes(k, NONCE_V) & ~scZeroMask(k)
}

/** Step h.3, for another candidate. */
export function nonceRetry(): void {
  mix(0, 0)
}
