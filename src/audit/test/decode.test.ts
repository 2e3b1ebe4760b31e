import { describe, expect, test } from "vitest"
import { concat, encode, fromHex, joinSigned, splitSigned, Tagged } from "../../protocol/index.ts"
import { encodeReceiptFile } from "../../protocol/receipt-file.ts"
import { examples } from "../../protocol/test/examples.ts"
import { decodeMessage } from "../decode.ts"
import { diagnostic } from "../diagnostic.ts"
import { makeReceipt } from "./fixture.ts"

const example = (name: string) => decodeMessage(examples[name]!)

test.each([
  ["profile", "profile", '/ unit / "Cel"'],
  ["challenge-request", "challenge request", "/ device nonce / h'dd"],
  ["challenge-answer", "challenge", "h'0199c82c"],
  ["hello-payload", "hello payload", "/ kind / 0"],
  ["hello", "hello", "/ payload / <</ hello payload / ["],
  ["hello-answer", "hello answer", "/ device id / 7"],
  ["hello-answer-ack", "ack", "/ reason / 2 / notApproved /"],
  ["samples-payload", "samples report", "samples: [2370, 2627, 749] [2372, 2629, 760]"],
  ["unsynced-payload", "samples report", "steps: 100 250; samples: [2371, null, 755] [2371, null, 756]"],
  ["samples-report", "samples report, signed", "/ r, s / h'"],
  ["samples-cose-sign1", "COSE_Sign1", "/ protected / <<{1: -47}>>"],
  ["gap-payload", "gap record", "/ last seq / 2"],
  ["status-payload", "status report", "/ battery, mV / 3312"],
  ["uplink", "uplink", "/ request / 70000"],
  ["uplink-plaintext", "uplink, decrypted", "/ report / <</ samples report / ["],
  ["downlink", "downlink", "/ random / h'0102030405060708'"],
  ["ack", "ack", "/ time / 1760000025400 / 2025-10-09 08:53:45.400Z /"],
  ["leaf", "leaf", "/ COSE_Sign1 / 18(["],
])("%s is shown as %s", (name, title, contains) => {
  const text = example(name)
  expect(text.split("\n")[0]).toBe(`/ ${title} /`)
  expect(text).toContain(contains)
})

test("a receipt file, its report opened", async () => {
  const text = decodeMessage(encodeReceiptFile(await makeReceipt()))
  expect(text).toContain('"format": "dormouse-receipt-1"')
  expect(text).toContain("<</ samples report / [")
  expect(text).toContain("/ chain id / 1337")
})

test("an uplink of two reports, decrypted", () => {
  const report = examples["samples-report"]!
  const two = concat(encode(0), encode(1), encode(report), encode(report))
  expect(decodeMessage(two).match(/samples report/g)).toHaveLength(2)
})

describe("plain diagnostic notation", () => {
  test.each([
    ["8301820203820405", "[1, [2, 3], [4, 5]]"],
    ["a26161016162820203", '{"a": 1, "b": [2, 3]}'],
    ["826161a161626163", '["a", {"b": "c"}]'],
    ["d74401020304", "23(h'01020304')"],
    ["83f4f5f6", "[false, true, null]"],
    ["62225c", '"\\"\\\\"'],
    ["3863", "-100"],
    ["010203", "1,\n2,\n3"],
    ["a0", "{}"],
  ])("%s is %s", (hex, text) => expect(decodeMessage(fromHex(hex))).toBe(text))

  test("what claims to be a message and is not is still shown", () => {
    expect(diagnostic(new Tagged(18, [1]), { content: { items: [{ embedded: () => ({}) }] } })).toBe("18([1])")
    const { payload, signature } = splitSigned(examples["samples-report"]!)
    const broken = joinSigned({ payload: payload.slice(0, -1), signature })
    expect(() => decodeMessage(broken)).toThrow(/^CBOR at byte \d+/)
    const hidden = { name: "report", signed: () => ({}) }
    expect(diagnostic(fromHex("18"), hidden)).toBe("h'18' / CBOR at byte 1: the input ends too early. /")
  })
})

test.each([
  ["", "CBOR at byte 0: the input is empty."],
  ["8301", "CBOR at byte 1: the input ends too early."],
  ["820018170000", "CBOR at byte 2: a head that is not the shortest form."],
  ["fb3ff199999999999a", "CBOR at byte 0: a float or simple value, which no message here has."],
])("%s: %s", (hex, message) => expect(() => decodeMessage(fromHex(hex))).toThrow(message))
