/** 10,000 random cases: byte-equal with @noble/secp256k1, and OpenSSL accepts what we sign. */

import { createECDH } from "node:crypto"
import { expect, test } from "vitest"
import { ecdh, getPublicKey, recover, sha256, sign, verify } from "../index.ts"
import { hex, noble, nobleSign, opensslKey, opensslVerify, randomSource } from "./oracles.ts"

/** OpenSSL is slow at this curve: a quarter of the cases, all of them in CI. */
const everyOne = process.env.DORMOUSE_REQUIRE_TOOLS === "1"

test("10,000 signatures under 1,000 keys", { timeout: 300_000 }, () => {
  const random = randomSource(7)
  for (let i = 0; i < 1000; i++) {
    const secretKey = random(32)
    const publicKey = getPublicKey(secretKey, false)
    const key = opensslKey(publicKey)
    const failed: string[] = []
    if (hex(publicKey) !== hex(noble.getPublicKey(secretKey, false))) failed.push("public key")
    for (let j = 0; j < 10; j++) {
      const message = random(24)
      const digest = sha256(message)
      const signature = sign(digest, secretKey)
      const compact = signature.subarray(0, 64)
      if (hex(signature) !== hex(nobleSign(digest, secretKey))) failed.push("differs from noble's")
      if (!verify(compact, digest, publicKey)) failed.push("not verified")
      if ((everyOne || j % 4 === 0) && !opensslVerify(compact, message, key)) failed.push("not verified by OpenSSL")
    }
    const digest = random(32)
    const signature = sign(digest, secretKey)
    if (hex(recover(signature, digest)!) !== hex(publicKey)) failed.push("not recovered")
    const wrong = signature.slice(0, 64)
    wrong[i % 64]! ^= 1 << (i & 7)
    if (verify(wrong, digest, publicKey)) failed.push("verified with a wrong bit")
    expect(failed, hex(secretKey)).toEqual([])
  }
})

test("ECDH equals noble and OpenSSL", () => {
  const random = randomSource(8)
  for (let i = 0; i < 100; i++) {
    const [secretKey, other] = [random(32), getPublicKey(random(32), i % 2 === 0)]
    const secret = hex(ecdh(secretKey, other))
    expect(secret).toBe(hex(noble.getSharedSecret(secretKey, other).subarray(1)))
    const openssl = createECDH("secp256k1")
    openssl.setPrivateKey(secretKey)
    expect(secret).toBe(openssl.computeSecret(other).toString("hex"))
  }
})
