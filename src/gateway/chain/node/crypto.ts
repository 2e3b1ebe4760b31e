import { bytesToHex, concatBytes, ecrecover, hexToBytes } from "@ethereumjs/util"
import { keccak256 } from "viem"
import { privateKeyToAddress, sign } from "viem/accounts"

// The one place where the node's own hashing and signing come from, so that a faster engine can replace them.

export const keccak = (data: Uint8Array): Uint8Array => keccak256(data, "bytes")

/** The last 20 bytes of the hash of an uncompressed public key without its first byte. */
export const publicKeyToAddress = (publicKey: Uint8Array): Uint8Array => keccak(publicKey.slice(-64)).slice(12)

export const addressOfKey = (secretKey: Uint8Array): Uint8Array =>
  hexToBytes(privateKeyToAddress(bytesToHex(secretKey)).toLowerCase() as `0x${string}`)

/** r(32) || s(32, low) || recovery id(1). */
export async function signDigest(digest: Uint8Array, secretKey: Uint8Array): Promise<Uint8Array> {
  const { r, s, yParity } = await sign({ hash: bytesToHex(digest), privateKey: bytesToHex(secretKey) })
  return concatBytes(hexToBytes(r), hexToBytes(s), Uint8Array.of(yParity ?? 0))
}

/** Address of the key that made `signature` (r || s || recovery id); throws where there is none. */
export function recoverAddress(digest: Uint8Array, signature: Uint8Array): Uint8Array {
  const recoveryId = signature[64]
  if (signature.length !== 65 || (recoveryId !== 0 && recoveryId !== 1)) {
    throw new RangeError("signature: r, s and a recovery id of 0 or 1 expected")
  }
  const key = ecrecover(digest, BigInt(27 + recoveryId), signature.subarray(0, 32), signature.subarray(32, 64))
  return publicKeyToAddress(key)
}
