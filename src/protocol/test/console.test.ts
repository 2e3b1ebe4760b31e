import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { crypto } from "../../../as/index.ts"
import { decodeConsoleAnswer, decodeConsoleRequest, encodeConsoleAnswer, encodeConsoleRequest } from "../console.ts"
import { shortCode } from "../short-code.ts"

const id = fc.integer({ min: 1, max: 65_535 })
const value = fc.oneof(fc.integer(), fc.string(), fc.uint8Array({ maxLength: 40 }), fc.boolean(), fc.constant(null))

describe("console messages", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(id, fc.string(), fc.array(value, { maxLength: 16 }), (id, command, args) => {
        const request = { id, command, args }
        expect(decodeConsoleRequest(encodeConsoleRequest(request))).toEqual(request)
      }),
    )
    const answer = fc.oneof(
      fc.record({ type: fc.constant("result" as const), id, result: value }),
      fc.record({ type: fc.constant("failure" as const), id, code: fc.string(), message: fc.string() }),
      fc.record({ type: fc.constant("event" as const), event: fc.string(), value }),
    )
    fc.assert(
      fc.property(answer, (answer) => {
        expect(decodeConsoleAnswer(encodeConsoleAnswer(answer))).toEqual(answer)
      }),
    )
  })

  it("are refused with a code where they are anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        for (const read of [decodeConsoleRequest, decodeConsoleAnswer]) {
          try {
            read(noise)
          } catch (error) {
            expect((error as { code: string }).code).toMatch(/^E_(CBOR|MESSAGE)/)
          }
        }
      }),
    )
  })
})

describe("short code", () => {
  it("is eight characters of the address's hash, in Crockford's base 32", () => {
    // SHA-256 of 20 zero bytes is de47c9b27e b8d3..: its first 40 bits, five at a time
    expect(shortCode(crypto, new Uint8Array(20))).toBe("VS3W-KCKY")
    const codes = new Set(Array.from({ length: 200 }, (_, i) => shortCode(crypto, new Uint8Array(20).fill(i))))
    expect(codes.size).toBe(200)
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  })
})
