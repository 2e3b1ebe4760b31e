import { generate, parse } from "coap-packet"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Code, encodeCoap, Option, parseCoap, Type } from "../coap-message.ts"

const bytes = (...values: number[]) => new Uint8Array(values)

describe("CoAP messages", () => {
  it("are read as another implementation writes them", () => {
    const option = fc.record({ name: fc.integer({ min: 1, max: 65_535 }), value: fc.uint8Array({ maxLength: 300 }) })
    const message = fc.record({
      messageId: fc.integer({ min: 0, max: 65_535 }),
      token: fc.uint8Array({ maxLength: 8 }),
      options: fc.array(option, { maxLength: 6 }),
      payload: fc.uint8Array({ maxLength: 100 }),
    })
    fc.assert(
      fc.property(message, ({ messageId, token, options, payload }) => {
        const wire = generate({
          ...{ code: "0.02", confirmable: false, messageId, token: Buffer.from(token), payload: Buffer.from(payload) },
          options: options.map(({ name, value }) => ({ name: name as never, value: Buffer.from(value) })),
        })
        const read = parseCoap(wire)
        expect([read.type, read.code, read.messageId]).toEqual([Type.nonConfirmable, Code.post, messageId])
        expect([Buffer.from(read.token), Buffer.from(read.payload)]).toEqual([Buffer.from(token), Buffer.from(payload)])
        const sorted = options.toSorted((a, b) => a.name - b.name)
        expect(read.options.map(({ number, value }) => [number, Buffer.from(value)])).toEqual(
          sorted.map(({ name, value }) => [name, Buffer.from(value)]),
        )
      }),
      { numRuns: 300 },
    )
  })

  it("are written so that another implementation reads them", () => {
    const option = { number: Option.contentFormat, value: 63 }
    const wire = encodeCoap(Type.acknowledgement, Code.changed, 0xabcd, bytes(1, 2), bytes(9), option)
    expect(parse(Buffer.from(wire))).toMatchObject({ code: "2.04", ack: true, messageId: 0xabcd })
    expect(parseCoap(wire)).toMatchObject({ options: [{ number: 12, value: bytes(63) }], payload: bytes(9) })
    expect(parseCoap(encodeCoap(Type.reset, 0, 1, bytes()))).toMatchObject({ type: Type.reset, code: 0 })
  })

  it("are refused where RFC 7252 calls them malformed", () => {
    const bad = [
      bytes(),
      bytes(0x50, 2, 0), // cut short
      bytes(0x90, 2, 0, 1), // version 2
      bytes(0x59, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), // token of 9 bytes
      bytes(0x51, 2, 0, 1), // token missing
      bytes(0x50, 2, 0, 1, 0xff), // payload marker without payload
      bytes(0x50, 2, 0, 1, 0xb2, 0x72), // option cut short
      bytes(0x50, 2, 0, 1, 0xf0), // reserved delta
      bytes(0x50, 2, 0, 1, 0x0f), // reserved length
      bytes(0x50, 2, 0, 1, 0xe0, 1), // extended delta cut short
      bytes(0x40, 0, 0, 1, 0xff, 1), // an empty message with a payload
    ]
    for (const message of bad) expect(() => parseCoap(message)).toThrow(expect.objectContaining({ code: "E_COAP" }))
  })

  it("of any bytes are read or refused, never worse", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (message) => {
        try {
          parseCoap(message)
        } catch (error) {
          expect((error as { code: string }).code).toBe("E_COAP")
        }
      }),
      { numRuns: 5_000 },
    )
  })
})
