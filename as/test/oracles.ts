/** What results are compared with: @noble (another implementation) and Node's OpenSSL. */
import { createPublicKey, type KeyObject, verify as opensslVerifier } from "node:crypto"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import * as noble from "@noble/secp256k1"

noble.hashes.sha256 = sha256
noble.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message)

export { noble }
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
export const P = 2n ** 256n - 2n ** 32n - 977n

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")
export const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"))
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes) || "0"}`)
export const toBytes = (value: bigint): Uint8Array => unhex(value.toString(16).padStart(64, "0"))
export const concat = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))

/** r || s || id, from noble's id || r || s. */
export function nobleSign(digest: Uint8Array, secretKey: Uint8Array): Uint8Array {
  const signature = noble.sign(digest, secretKey, { prehash: false, format: "recovered" })
  return concat(signature.subarray(1), signature.subarray(0, 1))
}

/** SubjectPublicKeyInfo of id-ecPublicKey on secp256k1 (RFC 5480). */
const SPKI = unhex("3056301006072a8648ce3d020106052b8104000a034200")

export function opensslKey(publicKey65: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(concat(SPKI, publicKey65)), format: "der", type: "spki" })
}

/** OpenSSL hashes the message itself: this verifies over SHA-256(message). */
export function opensslVerify(signature64: Uint8Array, message: Uint8Array, key: KeyObject): boolean {
  return opensslVerifier("sha256", message, { key, dsaEncoding: "ieee-p1363" }, signature64)
}

/** Bytes that differ from run to run only with the seed: xorshift32, enough to vary test inputs. */
export function randomSource(seed: number): (length: number) => Uint8Array {
  let state = seed | 1
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 0xff
  }
  return (length) => Uint8Array.from({ length }, next)
}
