/** Keys, ECDSA and ECDH on secp256k1. */
import { badPublicKey, badSecretKey, bytes } from "./guards.ts"
import { clear, INPUT, memory, take, wasm } from "./module.ts"

export function isSecretKey(secretKey: Uint8Array): boolean {
  bytes("secretKey", secretKey, 32)
  memory.set(secretKey, INPUT)
  const valid = wasm.isSecretKey() !== 0
  clear(32)
  return valid
}

export function getPublicKey(secretKey: Uint8Array, compressed = true): Uint8Array {
  bytes("secretKey", secretKey, 32)
  memory.set(secretKey, INPUT)
  const length = wasm.getPublicKey(compressed ? 1 : 0)
  clear(32)
  return length > 0 ? take(length) : badSecretKey("secretKey")
}

export function convertPublicKey(publicKey: Uint8Array, compressed: boolean): Uint8Array {
  bytes("publicKey", publicKey, 33, 65)
  memory.set(publicKey, INPUT)
  const length = wasm.convertPublicKey(publicKey.length, compressed ? 1 : 0)
  return length > 0 ? take(length) : badPublicKey("publicKey", publicKey)
}

/** r (32) || s (32, low) || recovery id (1), RFC 6979. */
export function sign(digest: Uint8Array, secretKey: Uint8Array): Uint8Array {
  bytes("digest", digest, 32)
  bytes("secretKey", secretKey, 32)
  memory.set(digest, INPUT)
  memory.set(secretKey, INPUT + 32)
  const valid = wasm.sign() !== 0
  clear(64)
  return valid ? take(65) : badSecretKey("secretKey")
}

/** High s is refused, and so is a key that is not a point of the curve; neither throws. */
export function verify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  bytes("signature", signature)
  bytes("digest", digest, 32)
  bytes("publicKey", publicKey)
  if (signature.length !== 64 || (publicKey.length !== 33 && publicKey.length !== 65)) return false
  memory.set(signature, INPUT)
  memory.set(digest, INPUT + 64)
  memory.set(publicKey, INPUT + 96)
  return wasm.verify(publicKey.length) !== 0
}

/** Public key (65 bytes) that made `signature`, `undefined` where there is none. */
export function recover(signature: Uint8Array, digest: Uint8Array): Uint8Array | undefined {
  bytes("signature", signature, 65)
  bytes("digest", digest, 32)
  memory.set(signature.subarray(0, 64), INPUT)
  memory.set(digest, INPUT + 64)
  return wasm.recover(signature[64]!) !== 0 ? take(65) : undefined
}

/** x coordinate of the shared point, 32 bytes. */
export function ecdh(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  bytes("secretKey", secretKey, 32)
  bytes("publicKey", publicKey, 33, 65)
  memory.set(secretKey, INPUT)
  memory.set(publicKey, INPUT + 32)
  const status = wasm.ecdh(publicKey.length)
  clear(32 + publicKey.length)
  if (status === 0) badSecretKey("secretKey")
  if (status !== 1) badPublicKey("publicKey", publicKey)
  return take(32)
}
