import type { Crypto } from "./crypto.ts"

/** Ethereum address (20 bytes) of a public key of 33 or 65 bytes: the last 20 bytes of Keccak-256 over its coordinates. */
export function addressOf(crypto: Crypto, publicKey: Uint8Array): Uint8Array {
  return crypto.keccak256(crypto.convertPublicKey(publicKey, false).slice(1)).slice(12)
}
