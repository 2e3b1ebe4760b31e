/**
 * What people compare before they approve a device: eight letters and digits of its address's hash, on the board's console
 * and at the gateway. 40 bits are few enough to read out and too many to make a second key for while somebody waits.
 */
import type { Crypto } from "./crypto.ts"

/** Crockford's base 32: no I, L, O, U to misread. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const HALF = 4
const BITS = 5

/** "7H3K-9QXA" */
export function shortCode(crypto: Pick<Crypto, "sha256">, address: Uint8Array): string {
  const hash = crypto.sha256(address)
  const half = (from: number) => {
    let value = (hash[from]! * 256 + hash[from + 1]!) * 16 + (hash[from + 2]! >> 4)
    let text = ""
    for (let i = 0; i < HALF; i++, value >>= BITS) text = ALPHABET[value & (2 ** BITS - 1)]! + text
    return text
  }
  return `${half(0)}-${half(3)}`
}
