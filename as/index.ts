/**
 * Cryptography on Node: typed and guarded access to the wasm made from `assembly/`.
 *
 * Argument errors are `DormouseError` with code E_CRYPTO_TYPE, E_CRYPTO_LENGTH, E_CRYPTO_SECRET_KEY or E_CRYPTO_PUBLIC_KEY.
 * @module
 */
import type { Crypto } from "../src/protocol/crypto.ts"
import { ccmOpen, ccmSeal } from "./ccm.ts"
import { hkdfSha256, hmacSha256, keccak256, sha256 } from "./hash.ts"
import { convertPublicKey, ecdh, getPublicKey, isSecretKey, recover, sign, verify } from "./secp256k1.ts"

export { ccmOpen, ccmSeal, type TagLength } from "./ccm.ts"
export { hkdfSha256, hmacSha256, keccak256, Sha256, sha256 } from "./hash.ts"
export { randomize } from "./module.ts"
export { convertPublicKey, ecdh, getPublicKey, isSecretKey, recover, sign, verify } from "./secp256k1.ts"

/** The port of `src/protocol`. */
export const crypto: Crypto = {
  sha256,
  keccak256,
  hmacSha256,
  hkdfSha256,
  ccmSeal: (key, nonce, aad, plaintext) => ccmSeal(key, nonce, aad, plaintext),
  ccmOpen: (key, nonce, aad, sealed) => ccmOpen(key, nonce, aad, sealed),
  isSecretKey,
  getPublicKey,
  convertPublicKey,
  sign,
  verify,
  recover,
  ecdh,
}
