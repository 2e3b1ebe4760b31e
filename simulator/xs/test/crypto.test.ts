import { createCipheriv } from "node:crypto"
import { secp256k1 } from "@noble/curves/secp256k1.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { keccak_256 } from "@noble/hashes/sha3.js"
import { bytesToHex } from "@noble/hashes/utils.js"
import { describe, expect, it } from "vitest"
import { lab, run } from "./lab.ts"

/** The script's way to hexadecimal digits is no device's way. */
const limits = { slots: 1 << 16, chunkBytes: 4 << 20 }

const prelude = `
  const { crypto } = host
  const hex = (bytes) => bytes && [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  const say = (value) => host.trace(JSON.stringify(value instanceof Uint8Array ? hex(value) : value ?? null))
  const bytes = (length, first) => Uint8Array.from({ length }, (_, index) => first + index * 7)
  const attempt = (body) => { try { say(body()) } catch (error) { say(error.name + ": " + error.message) } }
`

/** The same bytes as the script's. */
const bytes = (length: number, first: number) => Uint8Array.from({ length }, (_, index) => first + index * 7)

function ccmSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-128-ccm", key, nonce, { authTagLength: 8 })
  cipher.setAAD(aad, { plaintextLength: plaintext.length })
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

describe("host.crypto", () => {
  it("hashes as noble does", async () => {
    const lengths = [0, 1, 31, 55, 56, 64, 135, 136, 1000, 5000]
    const lines = await run(
      `${prelude}
      for (const length of ${JSON.stringify(lengths)}) {
        say(crypto.sha256(bytes(length, 3)))
        say(crypto.keccak256(bytes(length, 3)))
        say(crypto.hmacSha256(bytes(length % 100, 5), bytes(length, 3)))
        say(crypto.hkdfSha256(bytes(32, 1), bytes(length % 70, 5), bytes(length % 50, 3), length))
      }`,
      { limits },
    )
    const expected = lengths.flatMap((length) => [
      bytesToHex(sha256(bytes(length, 3))),
      bytesToHex(keccak_256(bytes(length, 3))),
      bytesToHex(hmac(sha256, bytes(length % 100, 5), bytes(length, 3))),
      length === 0 ? "" : bytesToHex(hkdf(sha256, bytes(32, 1), bytes(length % 70, 5), bytes(length % 50, 3), length)),
    ])
    expect(lines).toEqual(expected)
  })

  it("seals and opens as OpenSSL does", async () => {
    const lengths = [0, 1, 16, 17, 100, 1000]
    const lines = await run(
      `${prelude}
      for (const length of ${JSON.stringify(lengths)}) {
        const [key, nonce, aad] = [bytes(16, 1), bytes(13, 2), bytes(length % 40, 3)]
        const sealed = crypto.ccmSeal(key, nonce, aad, bytes(length, 9))
        say(sealed)
        say(crypto.ccmOpen(key, nonce, aad, sealed))
        sealed[0] ^= 1
        say(crypto.ccmOpen(key, nonce, aad, sealed))
      }
      say(crypto.ccmOpen(bytes(16, 1), bytes(13, 2), bytes(0, 0), bytes(7, 0)))`,
      { limits },
    )
    const expected = lengths.flatMap((length) => {
      const sealed = ccmSeal(bytes(16, 1), bytes(13, 2), bytes(length % 40, 3), bytes(length, 9))
      return [bytesToHex(sealed), bytesToHex(bytes(length, 9)), null]
    })
    expect(lines).toEqual([...expected, null])
  })

  it("signs, verifies, recovers and agrees as noble does", async () => {
    const { create, wake } = await lab(
      `${prelude}
      for (let k = 1; k < 6; k++) {
        const [digest, secret, other] = [bytes(32, k), bytes(32, k + 1), bytes(32, k + 50)]
        const [publicKey, long] = [crypto.getPublicKey(secret), crypto.getPublicKey(secret, false)]
        const signature = crypto.sign(digest, secret)
        say(publicKey); say(long); say(crypto.convertPublicKey(publicKey, false)); say(crypto.convertPublicKey(long, true))
        say(signature); say(crypto.ecdh(secret, crypto.getPublicKey(other)))
        const rs = signature.subarray(0, 64)
        const wrong = Uint8Array.from(rs); wrong[5] ^= 1
        say([crypto.verify(rs, digest, publicKey), crypto.verify(rs, digest, long), crypto.verify(wrong, digest, long),
          hex(crypto.recover(signature, digest)) === hex(long), crypto.isSecretKey(secret), crypto.isSecretKey(new Uint8Array(32))])
      }`,
      { limits },
    )
    await create(1)
    const result = await wake(1)
    const expected = [1, 2, 3, 4, 5].flatMap((k) => {
      const [digest, secret, other] = [bytes(32, k), bytes(32, k + 1), bytes(32, k + 50)]
      const [publicKey, long] = [secp256k1.getPublicKey(secret), secp256k1.getPublicKey(secret, false)]
      const recovered = secp256k1.sign(digest, secret, { prehash: false, format: "recovered" })
      const signature = Uint8Array.of(...recovered.subarray(1), recovered[0]!)
      const shared = secp256k1.getSharedSecret(secret, secp256k1.getPublicKey(other)).subarray(1)
      return [
        ...[publicKey, long, long, publicKey, signature, shared].map(bytesToHex),
        [true, true, false, true, true, false],
      ]
    })
    expect(result.reason).toBeUndefined()
    expect(result.traces.map((line) => JSON.parse(line))).toEqual(expected)
    expect(result.signNs).toHaveLength(5)
    for (const duration of result.signNs) expect(duration).toBeGreaterThan(1000)
  })

  it("names the argument that has a wrong length or value", async () => {
    const lines = await run(`${prelude}
      const zeros = (length) => new Uint8Array(length)
      attempt(() => crypto.sign(zeros(31), bytes(32, 1)))
      attempt(() => crypto.sign(zeros(32), bytes(33, 1)))
      attempt(() => crypto.sign(zeros(32), zeros(32)))
      attempt(() => crypto.verify(zeros(65), zeros(32), zeros(33)))
      attempt(() => crypto.verify(zeros(64), zeros(32), zeros(34)))
      attempt(() => crypto.verify(zeros(64), zeros(32), zeros(33)))
      attempt(() => crypto.recover(zeros(64), zeros(32)))
      attempt(() => crypto.recover(zeros(65), zeros(32)))
      attempt(() => crypto.convertPublicKey(zeros(33), true))
      attempt(() => crypto.ecdh(bytes(32, 1), zeros(65)))
      attempt(() => crypto.ccmSeal(zeros(15), zeros(13), zeros(0), zeros(0)))
      attempt(() => crypto.ccmOpen(zeros(16), zeros(12), zeros(0), zeros(0)))
      attempt(() => crypto.hkdfSha256(zeros(1), zeros(1), zeros(1), 8161))
      attempt(() => crypto.sha256("text"))
      attempt(() => crypto.sha256(new ArrayBuffer(3)))
      attempt(() => crypto.isSecretKey())`)
    expect(lines).toEqual([
      "TypeError: digest: 32 bytes expected, not 31",
      "TypeError: secretKey: 32 bytes expected, not 33",
      "RangeError: secretKey: not between 1 and n - 1",
      "TypeError: signature: 64 bytes expected, not 65",
      "TypeError: publicKey: 33 or 65 bytes expected, not 34",
      false,
      "TypeError: signature: 65 bytes expected, not 64",
      null,
      "RangeError: publicKey: not a point of secp256k1",
      "RangeError: publicKey: not a point of secp256k1",
      "TypeError: key: 16 bytes expected, not 15",
      "TypeError: nonce: 13 bytes expected, not 12",
      "TypeError: length: at most 8160 bytes, not 8161",
      "TypeError: data: Uint8Array expected",
      "TypeError: data: Uint8Array expected",
      "TypeError: secretKey: Uint8Array expected",
    ])
  })
})
