import type { CustomCrypto } from "@ethereumjs/common"
import { crypto } from "../../../../as/index.ts"

// The one place where the node's own hashing and signing come from; `libraryCrypto` hands the same to the libraries.

export const keccak = (data: Uint8Array): Uint8Array => crypto.keccak256(data)

/** The last 20 bytes of the hash of an uncompressed public key without its first byte. */
export const publicKeyToAddress = (publicKey: Uint8Array): Uint8Array => keccak(publicKey.slice(-64)).slice(12)

export const addressOfKey = (secretKey: Uint8Array): Uint8Array =>
  publicKeyToAddress(crypto.getPublicKey(secretKey, false))

/** r(32) || s(32, low) || recovery id(1). */
export const signDigest = (digest: Uint8Array, secretKey: Uint8Array): Uint8Array => crypto.sign(digest, secretKey)

/** Address of the key that made `signature` (r || s || recovery id); throws where there is none. */
export function recoverAddress(digest: Uint8Array, signature: Uint8Array): Uint8Array {
  const publicKey = signature.length === 65 && signature[64]! < 2 ? crypto.recover(signature, digest) : undefined
  if (!publicKey) throw new RangeError("signature: r, s and a recovery id of a key expected")
  return publicKeyToAddress(publicKey)
}

/** A word of 32 bytes from one that lost its leading zeros. */
function word(value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(32)
  bytes.set(value, 32 - value.length)
  return bytes
}

export const libraryCrypto: CustomCrypto = {
  keccak256: keccak,
  sha256: (data) => crypto.sha256(data),
  /** `v` is 27 or 28, a parity, or (EIP-155) either plus twice the chain's number and 8. */
  ecrecover(digest, v, r, s, chainId) {
    const parity = v === 0n || v === 1n ? v : chainId === undefined ? v - 27n : v - (chainId * 2n + 35n)
    if (parity !== 0n && parity !== 1n) throw new RangeError("v: 27, 28, or what EIP-155 makes of them expected")
    const signature = new Uint8Array(65)
    signature.set(word(r))
    signature.set(word(s), 32)
    signature[64] = Number(parity)
    const publicKey = crypto.recover(signature, digest)
    if (!publicKey) throw new RangeError("signature: no key made it")
    return publicKey.slice(1)
  },
}
