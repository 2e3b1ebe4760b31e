import { randomBytes } from "node:crypto"
import { expect, it } from "vitest"
import { hex, nobleSign, unhex } from "../../as/test/oracles.ts"
import { rfc6979 } from "../../as/test/rfc6979.ts"
import { nobleCrypto } from "../../test/noble-crypto.ts"
import { suite } from "../under-test.ts"

suite("signatures", [], (dut) => {
  it.each(rfc6979)("of RFC 6979: key $secret over $message", async ({ secret, message, signature }) => {
    const digest = nobleCrypto.sha256(Buffer.from(message))
    const made = (await dut().call("sign", digest, unhex(secret))) as Uint8Array
    expect(hex(made.slice(0, 64))).toBe(signature)
  })

  it("equal another implementation's", async () => {
    for (let i = 0; i < 8; i++) {
      const [digest, key] = [new Uint8Array(randomBytes(32)), new Uint8Array(randomBytes(32))]
      expect(hex((await dut().call("sign", digest, key)) as Uint8Array)).toBe(hex(nobleSign(digest, key)))
    }
  })
})
