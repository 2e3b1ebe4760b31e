import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  concat,
  decodeSequence,
  deriveSession,
  encode,
  encodeReport,
  encodeSequence,
  Kind,
  MAX_REQUEST,
  openDownlink,
  openUplink,
  parseUplink,
  type SessionKeys,
  sealDownlink,
  sealUplink,
  toHex,
  type Uplink,
  uintBytes,
  utf8Encode,
} from "../index.ts"
import { codeOf, crypto, cryptos, flipBit, gatewayKey, hex, repeat, secretKey } from "./helper.ts"

const keys: SessionKeys = { uplink: repeat(1, 16), downlink: repeat(2, 16) }
const report = (seq: number) =>
  concat(
    encodeReport({ kind: Kind.samples, seq, epoch: 5, prev: repeat(3, 8), at: 1, step: 0, samples: [[1]] }),
    repeat(4, 64),
  )
/** seq is the second item of the array that opens a report. */
const seqOf = (bytes: Uint8Array) => decodeSequence(bytes.slice(1))[1] as number
const uplink: Uplink = { mailboxCursor: 7, receiptCursor: 69_998, reports: [report(70_001), report(70_000)] }
const seal = (request = 70_000, what = uplink, first = 70_001) => sealUplink(crypto, keys, 300, request, what, first)
const firstSeq = () => 70_001

describe("uplink", () => {
  test.each([0, 1, 255, 65_536, 2 ** 32, MAX_REQUEST])("round trip of request %d", (request) => {
    const sealed = parseUplink(seal(request))
    expect(sealed).toMatchObject({ id: 300, request })
    expect(openUplink(crypto, keys, sealed, firstSeq)).toEqual(uplink)
  })

  test("without reports the receipt cursor travels as it is", () => {
    const empty = { ...uplink, reports: [] }
    expect(openUplink(crypto, keys, parseUplink(seal(1, empty)), firstSeq)).toEqual(empty)
  })

  test("nonce and additional data, byte for byte", () => {
    const nonce = concat(repeat(0, 8), uintBytes(70_000, 5))
    const external = encode(["dormouse-1 up", 300, 70_000])
    const aad = concat(hex("83 68 456e637279707430 43 a1010a"), encode(external))
    const plaintext = encodeSequence([7, 3, ...uplink.reports])
    expect(toHex(seal())).toBe(toHex(encodeSequence([300, 70_000, crypto.ccmSeal(keys.uplink, nonce, aad, plaintext)])))
  })

  test("every flipped bit is refused: as CBOR, as a message, or by the tag", () => {
    const datagram = seal()
    for (let bit = 0; bit < datagram.length * 8; bit++) {
      const code = codeOf(() => openUplink(crypto, keys, parseUplink(flipBit(datagram, bit)), firstSeq))
      expect(code).toMatch(/^E_(CBOR_|MESSAGE|ENVELOPE)/)
    }
  })

  test("refused: another key, the downlink's key, another id or request, a ciphertext cut short", () => {
    const sealed = parseUplink(seal())
    const refused = (change: object, by = keys) =>
      expect(codeOf(() => openUplink(crypto, by, { ...sealed, ...change }, firstSeq))).toBe("E_ENVELOPE")
    refused({}, { ...keys, uplink: repeat(9, 16) })
    refused({}, { ...keys, uplink: keys.downlink })
    refused({ id: 301 })
    refused({ request: 70_001 })
    for (const length of [0, 7, 8, 20]) refused({ ciphertext: sealed.ciphertext.slice(0, length) })
  })

  test("refused: other shapes in the clear or inside", () => {
    const parse = (items: Parameters<typeof encodeSequence>[0]) => codeOf(() => parseUplink(encodeSequence(items)))
    expect(parse([])).toBe("E_MESSAGE")
    expect(parse([1, 2])).toBe("E_MESSAGE")
    expect(parse([-1, 2, repeat(0, 9)])).toBe("E_MESSAGE")
    expect(parse([1, MAX_REQUEST + 1, repeat(0, 9)])).toBe("E_MESSAGE")
    expect(parse([1, 2, "text"])).toBe("E_MESSAGE")
    expect(parse([1, 2, repeat(0, 9), 4])).toBe("E_MESSAGE")
    // sealed with the right key, and still not what an uplink holds
    const inside = (first: number, what: Partial<Uplink>) =>
      codeOf(() => openUplink(crypto, keys, parseUplink(seal(1, { ...uplink, ...what }, first)), firstSeq))
    expect(inside(0, {})).toBe("E_MESSAGE")
    expect(inside(70_001, { mailboxCursor: -1 })).toBe("E_MESSAGE")
    expect(inside(70_001, { reports: ["text" as never] })).toBe("E_MESSAGE")
    expect(inside(200_000, {})).toBe("E_MESSAGE")
  })

  test("random datagrams never pass", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(codeOf(() => openUplink(crypto, keys, parseUplink(bytes), seqOf))).toMatch(/^E_/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe("downlink", () => {
  const random = repeat(5, 8)
  const plaintext = repeat(6, 40)
  const answer = sealDownlink(crypto, keys, 300, 70_000, random, plaintext)
  const open = (datagram: Uint8Array, by = keys, id = 300, expected = 70_000) =>
    openDownlink(crypto, by, id, expected, datagram)

  test("round trip; two answers to one request differ", () => {
    expect(open(answer)).toEqual(plaintext)
    expect(toHex(sealDownlink(crypto, keys, 300, 70_000, repeat(8, 8), plaintext))).not.toBe(toHex(answer))
  })

  test("nonce and additional data, byte for byte", () => {
    const aad = encode(["Encrypt0", hex("a1010a"), encode(["dormouse-1 down", 300])])
    const sealed = crypto.ccmSeal(keys.downlink, concat(uintBytes(70_000, 5), random), aad, plaintext)
    expect(toHex(answer)).toBe(toHex(encodeSequence([70_000, random, sealed])))
  })

  test("nothing but the answer to the current request opens", () => {
    expect(open(answer, keys, 300, 70_001)).toBeUndefined()
    expect(open(answer, keys, 301)).toBeUndefined()
    expect(open(answer, { ...keys, downlink: keys.uplink })).toBeUndefined()
    expect(open(concat(answer, encode(0)))).toBeUndefined()
  })

  test("every flipped bit, every cut and random bytes are refused, and never throw", () => {
    for (let bit = 0; bit < answer.length * 8; bit++) expect(open(flipBit(answer, bit))).toBeUndefined()
    for (let length = 0; length < answer.length; length++) expect(open(answer.slice(0, length))).toBeUndefined()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(open(bytes)).toBeUndefined()
        expect(open(concat(encode(70_000), bytes))).toBeUndefined()
      }),
    )
  })
})

describe.each(cryptos)("session keys with %s", (_, own) => {
  const nonce = repeat(0xa0, 16)
  const challenge = repeat(0xb0, 32)
  const device = deriveSession(own, secretKey, own.getPublicKey(gatewayKey), nonce, challenge)

  test("both sides have the same; the directions differ", () => {
    expect(deriveSession(own, gatewayKey, own.getPublicKey(secretKey), nonce, challenge)).toEqual(device)
    expect(device.uplink).not.toEqual(device.downlink)
  })

  test("every input changes them", () => {
    for (const other of [
      deriveSession(own, secretKey, own.getPublicKey(repeat(3, 32)), nonce, challenge),
      deriveSession(own, secretKey, own.getPublicKey(gatewayKey), repeat(0xa1, 16), challenge),
      deriveSession(own, secretKey, own.getPublicKey(gatewayKey), nonce, repeat(0xb1, 32)),
    ])
      expect(other.uplink).not.toEqual(device.uplink)
  })

  test("HKDF as documented", () => {
    const shared = own.ecdh(secretKey, own.getPublicKey(gatewayKey))
    const derived = own.hkdfSha256(shared, concat(nonce, challenge), utf8Encode("dormouse-1 envelope"), 32)
    expect(toHex(concat(device.uplink, device.downlink))).toBe(toHex(derived))
  })
})
