import { Tagged as CborgTagged, decode as cborgDecode, encode as cborgEncode, rfc8949EncodeOptions } from "cborg"
import fc from "fast-check"
import { expect, test } from "vitest"
import {
  type CborValue,
  DormouseError,
  decode,
  decodeSequence,
  encode,
  encodeSequence,
  Tagged,
  toHex,
} from "../index.ts"

const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(...[8, 16, 32].flatMap((bits) => [2 ** bits - 1, 2 ** bits, -(2 ** bits), -(2 ** bits) - 1])),
)
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => new Uint8Array(array))
const text = fc.string({ unit: "binary", maxLength: 40 })

/** Values of every kind that `encode` takes. */
const value = fc.letrec<{ node: CborValue }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    integer,
    bytes,
    text,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("node"), { maxLength: 6 }),
    fc
      .uniqueArray(fc.tuple(fc.oneof(integer, text), tie("node")), { maxLength: 6, selector: ([key]) => key })
      .map((entries) => new Map<CborValue, CborValue>(entries)),
    fc.tuple(fc.nat(), tie("node")).map(([tag, inner]) => new Tagged(tag, inner)),
  ),
})).node

/** The same value in cborg's classes. */
function forCborg(item: CborValue): unknown {
  if (item instanceof Tagged) return new CborgTagged(item.tag, forCborg(item.value))
  if (item instanceof Map) return new Map([...item].map(([key, inner]) => [key, forCborg(inner)]))
  return Array.isArray(item) ? item.map(forCborg) : item
}

const strict = { strict: true, allowIndefinite: false, rejectDuplicateMapKeys: true, useMaps: true } as const
/** cborg wants a decoder for each tag number. */
const everyTag = new Proxy(
  {},
  { get: (_, tag) => (content: () => unknown) => [Number(tag), content()], has: () => true },
)

test("decode(encode(x)) is x", () => {
  fc.assert(
    fc.property(value, (item) => {
      expect(decode(encode(item))).toEqual(item)
    }),
    { numRuns: 500 },
  )
})

test("equals cborg's deterministic encoding, and cborg reads it in strict mode", () => {
  fc.assert(
    fc.property(value, (item) => {
      const encoded = encode(item)
      expect(toHex(encoded)).toBe(toHex(cborgEncode(forCborg(item), rfc8949EncodeOptions)))
      cborgDecode(encoded, { ...strict, tags: everyTag })
    }),
    { numRuns: 500 },
  )
})

/** Random bytes of which many are well-formed: short heads are likely. */
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc
    .array(fc.constantFrom(0, 1, 0x18, 0x20, 0x40, 0x41, 0x60, 0x61, 0x80, 0x81, 0x82, 0xa0, 0xa1, 0xc1, 0xf4, 0xf6))
    .map((list) => new Uint8Array(list)),
)

test("random bytes give a value that encodes to the same bytes, or a named error", () => {
  let accepted = 0
  fc.assert(
    fc.property(hostile, (input) => {
      try {
        expect(toHex(encodeSequence(decodeSequence(input)))).toBe(toHex(input))
        accepted++
      } catch (error) {
        expect((error as DormouseError).code).toMatch(/^E_CBOR_/)
      }
    }),
    { numRuns: 5_000 },
  )
  expect(accepted).toBeGreaterThan(500)
})

test("an encoding with one byte changed gives a value that encodes to the same bytes, or a named error", () => {
  fc.assert(
    fc.property(value, fc.nat(), fc.integer({ min: 1, max: 255 }), (item, at, mask) => {
      const input = encode(item)
      input[at % input.length]! ^= mask
      try {
        expect(toHex(encode(decode(input)))).toBe(toHex(input))
      } catch (error) {
        expect(error).toBeInstanceOf(DormouseError)
      }
    }),
    { numRuns: 2_000 },
  )
})
