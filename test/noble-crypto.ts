/**
 * The crypto port made from other people's code: @noble for the curve and the hashes, OpenSSL (through Node) for
 * AES-CCM. Tests hold the project's own crypto against it; nothing else uses it.
 */
import { createCipheriv, createDecipheriv } from "node:crypto"
import { hkdf } from "@noble/hashes/hkdf.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { keccak_256 } from "@noble/hashes/sha3.js"
import * as secp from "@noble/secp256k1"
import type { Crypto } from "../src/protocol/crypto.ts"

secp.hashes.sha256 = (message) => sha256(message)
secp.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message)

const TAG_LENGTH = 8
const ALGORITHM = "aes-128-ccm"

export const nobleCrypto: Crypto = {
  sha256: (data) => sha256(data),
  keccak256: (data) => keccak_256(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),
  hkdfSha256: (inputKey, salt, info, length) => hkdf(sha256, inputKey, salt, info, length),
  ccmSeal(key, nonce, aad, plaintext) {
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH })
    cipher.setAAD(aad, { plaintextLength: plaintext.length })
    const body = cipher.update(plaintext)
    cipher.final()
    return new Uint8Array([...body, ...cipher.getAuthTag()])
  },
  ccmOpen(key, nonce, aad, sealed) {
    if (sealed.length < TAG_LENGTH) return undefined
    const end = sealed.length - TAG_LENGTH
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH })
    decipher.setAuthTag(sealed.subarray(end))
    decipher.setAAD(aad, { plaintextLength: end })
    try {
      const plaintext = decipher.update(sealed.subarray(0, end))
      decipher.final()
      return new Uint8Array(plaintext)
    } catch {
      return undefined
    }
  },
  isSecretKey: (secretKey) => secp.utils.isValidSecretKey(secretKey),
  getPublicKey: (secretKey, compressed = true) => secp.getPublicKey(secretKey, compressed),
  convertPublicKey: (publicKey, compressed) => secp.Point.fromBytes(publicKey).toBytes(compressed),
  sign(digest, secretKey) {
    // noble puts the recovery id first, the port puts it last
    const signed = secp.sign(digest, secretKey, { prehash: false, format: "recovered" })
    return new Uint8Array([...signed.subarray(1), signed[0]!])
  },
  verify(signature, digest, publicKey) {
    try {
      return secp.verify(signature, digest, publicKey, { prehash: false, lowS: true })
    } catch {
      return false
    }
  },
  recover(signature, digest) {
    try {
      const recovered = new Uint8Array([signature[64]!, ...signature.subarray(0, 64)])
      const key = secp.recoverPublicKey(recovered, digest, { prehash: false })
      return secp.Point.fromBytes(key).toBytes(false)
    } catch {
      return undefined
    }
  },
  ecdh: (secretKey, publicKey) => secp.getSharedSecret(secretKey, publicKey, true).slice(1),
}
