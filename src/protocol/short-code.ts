/**
 * What people compare before they approve a device: eight letters and digits of its address's hash, on the board's console
 * and at the gateway. 40 bits are few enough to read out and too many to make a second key for while somebody waits.
 */
import type { Crypto } from "./crypto.ts"

/** Crockford's base 32: no I, L, O, U to misread. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const BYTES = 5

/** "7H3K-9QXA": the first 40 bits of SHA-256 over the address. */
export function shortCode(crypto: Pick<Crypto, "sha256">, address: Uint8Array): string {
  let number = crypto
    .sha256(address)
    .slice(0, BYTES)
    .reduce((sum, byte) => sum * 256 + byte, 0)
  let code = ""
  for (let i = 0; i < 8; i++, number = Math.floor(number / 32)) code = ALPHABET[number % 32]! + code
  return `${code.slice(0, 4)}-${code.slice(4)}`
}
