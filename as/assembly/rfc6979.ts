/** Deterministic nonces (RFC 6979 §3.2, HMAC-SHA-256); no additional data. */
import { hmac32, hmacInit, hmacKey, hmacOuter } from "./hmac"
import { copyWords, HMAC_INNER, HMAC_OUTER, NONCE_INPUT, NONCE_K, NONCE_V, SHA, storeBig } from "./memory"
import { scFromBytes, scToBytes, scZeroMask } from "./scalar"
import { shaCompress, shaDigest, shaFinal, shaUpdate } from "./sha256"

/** What `hmacKey` makes of K = 0, the key everything starts with: HMAC_INNER and HMAC_OUTER. */
const ZERO_KEY: usize = memory.data<u32>([
  0xf454dead, 0x9725214f, 0x90daf2a0, 0xdf1228ea, 0x64e5750f, 0xa3924181, 0x824a932b, 0xf8e04e32, 0xd385480f,
  0x7abb6477, 0x37c9c538, 0x5dd82467, 0x8e043a72, 0x753434b0, 0xdeb82818, 0x361d45a6,
])

/** V = HMAC(K, V), with the new K: steps e and g, or h. */
function updateV(): void {
  hmac32(NONCE_V, NONCE_V)
}

/** K from the inner digest at NONCE_K, then V. */
function rekey(): void {
  hmacOuter(NONCE_K)
  hmacKey(NONCE_K, 32)
  updateV()
}

/** Starts with secret key and digest as scalars. */
export function nonceInit(key: usize, digest: usize): void {
  scToBytes(NONCE_INPUT + 33, key)
  scToBytes(NONCE_INPUT + 65, digest)
  // A message of 97 bytes behind the block of the key.
  memory.fill(NONCE_INPUT + 97, 0, 31)
  store<u8>(NONCE_INPUT + 97, 0x80)
  storeBig(NONCE_INPUT + 124, 8 * (64 + 97))
  memory.fill(NONCE_V, 1, 32)
  copyWords(HMAC_INNER, ZERO_KEY)
  copyWords(HMAC_OUTER, ZERO_KEY + 32)
  for (let tag: u8 = 0; tag < 2; tag++) {
    // K = HMAC(K, V || tag || key || digest), then V: steps d to g.
    copyWords(NONCE_INPUT, NONCE_V)
    store<u8>(NONCE_INPUT + 32, tag)
    copyWords(SHA, HMAC_INNER)
    shaCompress(NONCE_INPUT)
    shaCompress(NONCE_INPUT + 64)
    shaDigest(NONCE_K)
    rekey()
  }
}

/** The next candidate; all ones where it is a scalar, 0 < k < n. */
export function nonceNext(k: usize): u32 {
  updateV()
  return scFromBytes(k, NONCE_V) & ~scZeroMask(k)
}

/** Step h.3, for another candidate: V and a zero, which goes where the longer input was. */
export function nonceRetry(): void {
  store<u8>(NONCE_V + 32, 0)
  hmacInit()
  shaUpdate(NONCE_V, 33)
  shaFinal(NONCE_K)
  rekey()
}
