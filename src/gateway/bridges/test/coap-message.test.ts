import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Option } from "../../../protocol/coap.ts"
import { Code, encodeCoap, parseCoap, Type } from "../coap-message.ts"

const bytes = (...values: number[]) => new Uint8Array(values)

/** RFC 7252 §3.1: difference to the option before, length, value. */
function writeOption([number, value]: [number, Uint8Array], i: number, all: [number, Uint8Array][]): number[] {
  const field = (size: number): [nibble: number, extended: number[]] =>
    size < 13 ? [size, []] : size < 269 ? [13, [size - 13]] : [14, [(size - 269) >> 8, (size - 269) & 255]]
  const [delta, deltaBytes] = field(number - (all[i - 1]?.[0] ?? 0))
  const [length, lengthBytes] = field(value.length)
  return [(delta << 4) | length, ...deltaBytes, ...lengthBytes, ...value]
}

describe("CoAP messages", () => {
  it("are read as they were written, with any options", () => {
    const option = fc.tuple(fc.integer({ min: 0, max: 65_535 }), fc.uint8Array({ maxLength: 300 }))
    const message = fc.record({
      messageId: fc.integer({ min: 0, max: 65_535 }),
      token: fc.uint8Array({ maxLength: 8 }),
      options: fc.array(option, { maxLength: 6 }),
      payload: fc.uint8Array({ maxLength: 100 }),
    })
    fc.assert(
      fc.property(message, ({ messageId, token, options, payload }) => {
        const sorted = options.toSorted(([a], [b]) => a - b)
        const head = [0x50 | token.length, Code.post, messageId >> 8, messageId & 255, ...token]
        const body = payload.length ? [0xff, ...payload] : []
        const read = parseCoap(bytes(...head, ...sorted.flatMap(writeOption), ...body))
        expect([read.type, read.code, read.messageId]).toEqual([Type.nonConfirmable, Code.post, messageId])
        expect([[...read.token], [...read.payload]]).toEqual([[...token], [...payload]])
        expect(read.options.map(({ number, value }) => [number, [...value]])).toEqual(
          sorted.map(([number, value]) => [number, [...value]]),
        )
      }),
      { numRuns: 300 },
    )
  })

  it("are written with token, one option and payload, or less", () => {
    const format = { number: Option.contentFormat, value: bytes(63) }
    const wire = encodeCoap(Type.acknowledgement, Code.changed, 0xabcd, bytes(1, 2), bytes(9), [format])
    expect([...wire]).toEqual([0x62, 0x44, 0xab, 0xcd, 1, 2, 0xc1, 63, 0xff, 9])
    const busy = encodeCoap(Type.nonConfirmable, Code.unavailable, 1, bytes(), bytes(), [
      { number: Option.maxAge, value: bytes(2) },
    ])
    expect([...busy]).toEqual([0x50, 0xa3, 0, 1, 0xd1, 1, 2])
    expect([...encodeCoap(Type.reset, 0, 1, bytes())]).toEqual([0x70, 0, 0, 1])
  })

  it("are written as they are read, with any options", () => {
    const option = fc.tuple(fc.integer({ min: 0, max: 65_535 }), fc.uint8Array({ maxLength: 300 }))
    fc.assert(
      fc.property(fc.array(option, { maxLength: 6 }), (options) => {
        const sorted = options.toSorted(([a], [b]) => a - b).map(([number, value]) => ({ number, value }))
        const read = parseCoap(encodeCoap(Type.confirmable, Code.content, 1, bytes(), bytes(), sorted))
        expect(read.options).toEqual(sorted)
      }),
    )
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
