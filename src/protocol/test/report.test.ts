import { createPublicKey, verify as opensslVerify } from "node:crypto"
import * as secp from "@noble/secp256k1"
import { Tagged as CborgTagged, decode as cborgDecode } from "cborg"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  addressOf,
  concat,
  coseSign1,
  decodeReport,
  encode,
  encodeReport,
  externalAad,
  FIRST_HEAD,
  fromHex,
  GapCause,
  headAfter,
  joinSigned,
  Kind,
  type Report,
  signPayload,
  splitSigned,
  toHex,
  verifySigned,
} from "../index.ts"
import { codeOf, context, crypto, cryptos, flipBit, publicKey, repeat, secretKey } from "./helper.ts"

const common = { seq: 70_001, epoch: 70_002, prev: repeat(7, 8), at: 4_200 }
const reports: Report[] = [
  { kind: Kind.samples, ...common, step: 0, samples: [[2370, 2627, 749]] },
  {
    kind: Kind.samples,
    ...common,
    seq: 1,
    epoch: 0,
    at: [3, 1_234],
    step: [6, 8],
    samples: [
      [1, null],
      [5, null],
      [-9, null],
    ],
  },
  { kind: Kind.gap, ...common, cause: GapCause.outboxFull, firstSeq: 69_000, lastSeq: 69_010, samples: 66 },
  { kind: Kind.gap, ...common, cause: GapCause.unreadable, firstSeq: 0, lastSeq: 0, samples: 4 },
  {
    kind: Kind.status,
    ...common,
    batteryMillivolts: 3_312,
    firmware: "0.1.0",
    skewPpb: -20_000,
    outbox: 2,
    resets: 1,
    lastAnchor: repeat(9, 32),
  },
  {
    kind: Kind.status,
    ...common,
    batteryMillivolts: 0,
    firmware: "",
    skewPpb: 0,
    outbox: 0,
    resets: 0,
    lastAnchor: null,
  },
]

test.each(reports.map((report) => [report.kind, report] as const))("round trip of kind %d", (_, report) => {
  const payload = encodeReport(report)
  expect(decodeReport(payload)).toEqual(report)
  cborgDecode(payload, { strict: true, allowIndefinite: false })
})

test("the layout, byte for byte", () => {
  const fields = [
    "86",
    "01",
    "1a00011171",
    "1a00011172",
    "480707070707070707",
    "191068",
    "83",
    "190942",
    "190a43",
    "1902ed",
  ]
  expect(toHex(encodeReport(reports[0]!))).toBe(fields.join(""))
})

describe("decodeReport refuses", () => {
  const head = [1, 5, 6, FIRST_HEAD, 0] as const
  test.each([
    ["kind 0, which is a hello", [0, 5, 6, FIRST_HEAD, 0, [1]], "E_REPORT_KIND"],
    ["an unknown kind", [4, 5, 6, FIRST_HEAD, 0, [1]], "E_REPORT_KIND"],
    ["seq 0", [1, 0, 6, FIRST_HEAD, 0, [1]], "E_MESSAGE"],
    ["a negative seq", [1, -1, 6, FIRST_HEAD, 0, [1]], "E_MESSAGE"],
    ["a head of 7 bytes", [1, 5, 6, repeat(0, 7), 0, [1]], "E_MESSAGE"],
    ["no body", [...head], "E_MESSAGE"],
    ["boot count and ticks in a known epoch", [1, 5, 6, FIRST_HEAD, [1, 2], [1]], "E_MESSAGE"],
    ["ticks alone in an unknown epoch", [1, 5, 0, FIRST_HEAD, 2, [1]], "E_MESSAGE"],
    ["2^32 ticks", [1, 5, 6, FIRST_HEAD, 2 ** 32, [1]], "E_MESSAGE"],
    ["samples that are no array", [...head, 7], "E_MESSAGE"],
    ["a gap with a field too many", [2, 5, 6, FIRST_HEAD, 0, 1, 2, 3, 4, 5], "E_MESSAGE"],
    ["a gap that ends before it begins", [2, 5, 6, FIRST_HEAD, 0, 1, 4, 3, 1], "E_MESSAGE"],
    ["a gap that names itself", [2, 5, 6, FIRST_HEAD, 0, 1, 4, 5, 1], "E_MESSAGE"],
    ["a status with firmware in bytes", [3, 5, 6, FIRST_HEAD, 0, 1, repeat(1, 1), 0, 0, 0, null], "E_MESSAGE"],
    ["a map", new Map([[1, 2]]), "E_MESSAGE"],
  ])("%s", (_, value, code) => expect(codeOf(() => decodeReport(encode(value as never)))).toBe(code))

  test("random bytes, always by name", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(codeOf(() => decodeReport(bytes))).toMatch(/^E_(CBOR_|MESSAGE|SAMPLES|REPORT_KIND)/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe.each(cryptos)("COSE_Sign1 with %s", (_, own) => {
  const payload = encodeReport(reports[0]!)
  const signed = signPayload(own, context, secretKey, payload)

  test("is accepted by OpenSSL and by @noble/secp256k1 from the tagged structure alone", () => {
    const message = cborgDecode(coseSign1(signed), {
      useMaps: true,
      strict: true,
      tags: { 18: (content) => new CborgTagged(18, content()) },
    }) as CborgTagged
    const [protectedHeader, unprotected, body, signature] = message.value as [
      Uint8Array,
      Map<never, never>,
      Uint8Array,
      Uint8Array,
    ]
    expect(toHex(protectedHeader)).toBe("a101382e")
    expect(unprotected.size).toBe(0)
    const structure = encode(["Signature1", protectedHeader, externalAad(context), body])

    const point = own.convertPublicKey(publicKey, false)
    const spki = concat(fromHex("3056301006072a8648ce3d020106052b8104000a034200"), point)
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" })
    expect(opensslVerify("sha256", structure, { key, dsaEncoding: "ieee-p1363" }, signature)).toBe(true)
    expect(secp.verify(signature, structure, publicKey, { lowS: true })).toBe(true)
  })

  test("is bound to chain, registry, device, payload and key", () => {
    const verified = (change: Partial<typeof context>, key = publicKey, message = signed) =>
      verifySigned(own, { ...context, ...change }, key, message)
    expect(verified({})).toBe(true)
    expect(verified({ chainId: 1 })).toBe(false)
    expect(verified({ registry: repeat(1, 20) })).toBe(false)
    expect(verified({ device: repeat(1, 20) })).toBe(false)
    expect(verified({}, own.getPublicKey(repeat(2, 32)))).toBe(false)
    expect(verified({}, publicKey, { ...signed, payload: encodeReport({ ...reports[0]!, seq: 70_002 }) })).toBe(false)
    for (let bit = 0; bit < 512; bit += 31)
      expect(verified({}, publicKey, { ...signed, signature: flipBit(signed.signature, bit) })).toBe(false)
  })

  test("high s is refused", () => {
    const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const s = BigInt(`0x${toHex(signed.signature.slice(32))}`)
    const signature = concat(signed.signature.slice(0, 32), fromHex((n - s).toString(16).padStart(64, "0")))
    expect(verifySigned(own, context, publicKey, { payload, signature })).toBe(false)
  })

  test("the signature recovers to the device's address", () => {
    const digest = own.sha256(encode(["Signature1", fromHex("a101382e"), externalAad(context), payload]))
    expect(toHex(own.recover(own.sign(digest, secretKey), digest)!)).toBe(toHex(own.getPublicKey(secretKey, false)))
  })

  test("address of secret key 1, a constant of Ethereum", () => {
    const one = repeat(0, 32)
    one[31] = 1
    const address = "7e5f4552091a69125d5dfcb7b8c2659029395bdf"
    expect(toHex(addressOf(own, own.getPublicKey(one)))).toBe(address)
    expect(toHex(addressOf(own, own.getPublicKey(one, false)))).toBe(address)
  })
})

test("payload || r || s splits where the payload ends", () => {
  const signed = signPayload(crypto, context, secretKey, encodeReport(reports[0]!))
  expect(splitSigned(joinSigned(signed))).toEqual(signed)
  for (const bytes of [joinSigned(signed).slice(0, -1), concat(joinSigned(signed), repeat(0, 1))])
    expect(codeOf(() => splitSigned(bytes))).toBe("E_SIGNED_LENGTH")
  expect(codeOf(() => splitSigned(repeat(0x9f, 80)))).toBe("E_CBOR_INDEFINITE")
})

test("the head covers payload and signature", () => {
  const signed = signPayload(crypto, context, secretKey, encodeReport(reports[0]!))
  const head = toHex(headAfter(crypto, signed))
  expect(head).toBe(toHex(crypto.sha256(coseSign1(signed)).slice(0, 8)))
  expect(toHex(headAfter(crypto, { ...signed, signature: flipBit(signed.signature, 300) }))).not.toBe(head)
})
