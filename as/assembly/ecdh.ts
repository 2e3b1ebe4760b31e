/** Elliptic curve Diffie-Hellman, the x coordinate of k P (SEC 1 §3.3.1). The order is prime, so every point serves. */
import { feToBytes } from "./field"
import { loadPublic, loadSecret } from "./keys"
import { DIGITS, INPUT, OUTPUT, POINT, POINTS, S, wipeTo } from "./memory"
import { multiply } from "./multiply"
import { pointToAffine } from "./point"

/** Secret key at INPUT, public key of `length` bytes behind it; 1, or 0 for a bad secret key, 2 for a bad public key. */
export function ecdh(length: u32): u32 {
  const p = POINTS + POINT
  let status: u32 = 0
  if (loadSecret(S, INPUT)) {
    status = 2
    if (loadPublic(p, INPUT + 32, length)) {
      status = 1
      multiply(POINTS, p, S)
      pointToAffine(POINTS, POINTS)
      feToBytes(OUTPUT, POINTS)
    }
  }
  wipeTo(DIGITS)
  return status
}
