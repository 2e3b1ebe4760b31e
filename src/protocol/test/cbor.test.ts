import { describe, expect, test } from "vitest"
import { type CborValue, decode, decodeFirst, decodeSequence, encode, fromHex, Tagged, toHex } from "../index.ts"
import { codeOf } from "./helper.ts"

/** RFC 8949 appendix A, every example within what messages here may hold. */
const APPENDIX_A: [hex: string, value: CborValue][] = [
  ["00", 0],
  ["01", 1],
  ["0a", 10],
  ["17", 23],
  ["1818", 24],
  ["1819", 25],
  ["1864", 100],
  ["1903e8", 1000],
  ["1a000f4240", 1000000],
  ["1b000000e8d4a51000", 1000000000000],
  ["20", -1],
  ["29", -10],
  ["3863", -100],
  ["3903e7", -1000],
  ["f4", false],
  ["f5", true],
  ["f6", null],
  ["c074323031332d30332d32315432303a30343a30305a", new Tagged(0, "2013-03-21T20:04:00Z")],
  ["c11a514b67b0", new Tagged(1, 1363896240)],
  ["d74401020304", new Tagged(23, fromHex("01020304"))],
  ["d818456449455446", new Tagged(24, fromHex("6449455446"))],
  ["d82076687474703a2f2f7777772e6578616d706c652e636f6d", new Tagged(32, "http://www.example.com")],
  ["40", fromHex("")],
  ["4401020304", fromHex("01020304")],
  ["60", ""],
  ["6161", "a"],
  ["6449455446", "IETF"],
  ["62225c", '"\\'],
  ["62c3bc", "\u00fc"],
  ["63e6b0b4", "\u6c34"],
  ["64f0908591", "\ud800\udd51"],
  ["80", []],
  ["83010203", [1, 2, 3]],
  ["8301820203820405", [1, [2, 3], [4, 5]]],
  ["98190102030405060708090a0b0c0d0e0f101112131415161718181819", Array.from({ length: 25 }, (_, i) => i + 1)],
  ["a0", new Map()],
  [
    "a201020304",
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    "a26161016162820203",
    new Map<CborValue, CborValue>([
      ["a", 1],
      ["b", [2, 3]],
    ]),
  ],
  ["826161a161626163", ["a", new Map([["b", "c"]])]],
  ["a56161614161626142616361436164614461656145", new Map([..."abcde"].map((letter) => [letter, letter.toUpperCase()]))],
]

/** Appendix A, the rest: beyond 53 bits, floats, undefined, simple values, indefinite lengths. */
const APPENDIX_A_REFUSED: [hex: string, code: string][] = [
  ["1bffffffffffffffff", "E_CBOR_RANGE"],
  ["3bffffffffffffffff", "E_CBOR_RANGE"],
  ["c249010000000000000000", "a bignum is a tag on bytes"],
  ["f90000", "E_CBOR_TYPE"],
  ["f97c00", "E_CBOR_TYPE"],
  ["fa47c35000", "E_CBOR_TYPE"],
  ["fb3ff199999999999a", "E_CBOR_TYPE"],
  ["f7", "E_CBOR_TYPE"],
  ["f0", "E_CBOR_TYPE"],
  ["f8ff", "E_CBOR_TYPE"],
  ["c1fb41d452d9ec200000", "E_CBOR_TYPE"],
  ["5f42010243030405ff", "E_CBOR_INDEFINITE"],
  ["7f657374726561646d696e67ff", "E_CBOR_INDEFINITE"],
  ["9fff", "E_CBOR_INDEFINITE"],
  ["bf61610161629f0203ffff", "E_CBOR_INDEFINITE"],
]

describe("RFC 8949 appendix A", () => {
  test.each(APPENDIX_A)("%s", (hex, value) => {
    expect(toHex(encode(value))).toBe(hex)
    expect(decode(fromHex(hex))).toEqual(value)
  })

  test.each(APPENDIX_A_REFUSED.filter(([, code]) => code.startsWith("E_")))("%s is refused", (hex, code) => {
    expect(codeOf(() => decode(fromHex(hex)))).toBe(code)
  })
})

describe("decode refuses", () => {
  test.each([
    ["nothing", "", "E_CBOR_END"],
    ["a head cut short", "19 01", "E_CBOR_END"],
    ["a string cut short", "43 0102", "E_CBOR_END"],
    ["an array longer than the input", "9a ffffffff", "E_CBOR_END"],
    ["a map longer than the input", "ba ffffffff", "E_CBOR_END"],
    ["a byte string of 2^52", "5b 0010000000000000", "E_CBOR_END"],
    ["bytes behind the item", "00 00", "E_CBOR_TRAILING"],
    ["23 in two bytes", "18 17", "E_CBOR_NOT_SHORTEST"],
    ["255 in three bytes", "19 00ff", "E_CBOR_NOT_SHORTEST"],
    ["65535 in five bytes", "1a 0000ffff", "E_CBOR_NOT_SHORTEST"],
    ["2^32 - 1 in nine bytes", "1b 00000000ffffffff", "E_CBOR_NOT_SHORTEST"],
    ["a length that is not shortest", "58 01 00", "E_CBOR_NOT_SHORTEST"],
    ["2^53", "1b 0020000000000000", "E_CBOR_RANGE"],
    ["2^53 + 1, which rounds to 2^53", "1b 0020000000000001", "E_CBOR_RANGE"],
    ["-2^53", "3b 001fffffffffffff", "E_CBOR_RANGE"],
    ["reserved additional information 28", "1c", "E_CBOR_INDEFINITE"],
    ["a break on its own", "ff", "E_CBOR_INDEFINITE"],
    ["map keys out of order", "a2 02 00 01 00", "E_CBOR_MAP_ORDER"],
    ["map keys in the order of RFC 7049", "a2 20 00 18 64 00", "E_CBOR_MAP_ORDER"],
    ["a repeated map key", "a2 01 00 01 00", "E_CBOR_MAP_ORDER"],
    ["text that is not UTF-8", "61 ff", "E_CBOR_UTF8"],
    ["overlong UTF-8", "62 c080", "E_CBOR_UTF8"],
    ["a surrogate in UTF-8", "63 eda080", "E_CBOR_UTF8"],
    ["UTF-8 beyond U+10FFFF", "64 f4908080", "E_CBOR_UTF8"],
    ["17 levels of arrays", `${"81".repeat(17)}00`, "E_CBOR_DEPTH"],
    ["a thousand tags in a row", `${"c1".repeat(1000)}00`, "E_CBOR_DEPTH"],
  ])("%s", (_, hex, code) => {
    expect(codeOf(() => decode(fromHex(hex.replaceAll(" ", ""))))).toBe(code)
  })

  test("16 levels, and the ends of the integers, pass", () => {
    expect(() => decode(fromHex(`${"81".repeat(16)}00`))).not.toThrow()
    for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) expect(decode(encode(value))).toBe(value)
  })

  test("and says where", () => {
    expect(() => decode(fromHex("820018170000"))).toThrow("CBOR at byte 2: a head that is not the shortest form.")
  })
})

describe("encode refuses", () => {
  test.each([
    ["a fraction", 0.5],
    ["2^53", 2 ** 53],
    ["not a number", Number.NaN],
    ["undefined", undefined],
    ["a bigint", 1n],
  ])("%s", (_, value) => expect(codeOf(() => encode(value as CborValue))).toBe("E_CBOR_TYPE"))

  test("a key twice in a map", () => {
    const twice = new Map([
      [fromHex("01"), 1],
      [fromHex("01"), 2],
    ])
    expect(codeOf(() => encode(twice))).toBe("E_CBOR_MAP_ORDER")
  })
})

test("sequences (RFC 8742)", () => {
  expect(decodeSequence(fromHex("00814101f6"))).toEqual([0, [fromHex("01")], null])
  expect(decodeSequence(fromHex(""))).toEqual([])
  expect(decodeFirst(fromHex("ff8101"), 1)).toEqual({ value: [1], end: 3 })
  expect(codeOf(() => decodeSequence(fromHex("0018")))).toBe("E_CBOR_END")
})
