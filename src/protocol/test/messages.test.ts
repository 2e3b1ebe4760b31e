import { describe, expect, test } from "vitest"
import {
  type Ack,
  type CborValue,
  challengeTime,
  concat,
  decode,
  decodeAck,
  decodeChallenge,
  decodeHelloAnswer,
  decodeHelloMessage,
  decodeHelloPayload,
  encode,
  encodeAck,
  encodeChallenge,
  encodeChallengeRequest,
  encodeHello,
  encodeHelloAnswer,
  helloPayload,
  MailType,
  makeChallenge,
  profileHash,
  Refusal,
  signPayload,
} from "../index.ts"
import { codeOf, context, crypto, profile, publicKey, repeat, secretKey } from "./helper.ts"

const ack: Ack = {
  time: 1_700_000_095_400,
  phase: { epoch: 70_000, since: 5_400, length: 10_000 },
  have: 70_001,
  refused: [{ seq: 70_003, reason: Refusal.wrongSignature }],
  retryAfter: 2_000,
  receipts: [
    {
      anchor: { epoch: 69_999, previous: repeat(1, 32), root: repeat(2, 32), count: 12 },
      receipts: [
        { seq: 69_990, gatewayTime: 1_700_000_085_000, role: 0, index: 11, path: repeat(3, 64) },
        { seq: 69_991, gatewayTime: 1_700_000_086_000, role: 0, index: 12, path: new Uint8Array() },
      ],
    },
  ],
  mail: [{ number: 3, type: MailType.configure, payload: [6, 2] }],
}

/** The encoded value with the field at `path` replaced. */
function changed(bytes: Uint8Array, path: number[], value: CborValue): Uint8Array {
  const root = decode(bytes) as CborValue[]
  let at = root
  for (const step of path.slice(0, -1)) at = at[step] as CborValue[]
  at[path.at(-1)!] = value
  return encode(root)
}

describe("ack", () => {
  test("round trip, with and without an announced change", () => {
    expect(decodeAck(encodeAck(ack))).toEqual(ack)
    const announced = { ...ack, phase: { ...ack.phase, next: { first: 70_010, length: 60_000 } } }
    expect(decodeAck(encodeAck(announced))).toEqual(announced)
  })

  test.each<[string, number[], CborValue]>([
    ["time", [0], "now"],
    ["a phase of four", [1], [1, 2, 3, 4]],
    ["have", [2], -1],
    ["a refusal without a reason", [3, 0], [5]],
    ["the retry time", [4], null],
    ["a root of 31 bytes", [5, 0, 2], repeat(0, 31)],
    ["a count beyond 32 bits, which has the same anchor hash", [5, 0, 3], 2 ** 32 + 12],
    ["a receipt without a path", [5, 0, 4, 0], [1, 2, 0, 0]],
    ["mail that is no array", [6], 1],
  ])("refuses %s", (_, path, value) => {
    expect(codeOf(() => decodeAck(changed(encodeAck(ack), path, value)))).toBe("E_MESSAGE")
  })
})

const deviceNonce = repeat(0xa0, 16)
const secret = repeat(0x33, 32)
const challenge = makeChallenge(crypto, secret, ack.time, publicKey, deviceNonce)
const payload = helloPayload(challenge, deviceNonce, profileHash(crypto, profile))
const { signature } = signPayload(crypto, context, secretKey, payload)
const hello = encodeHello({ publicKey, payload, signature, profile })

describe("enrolment", () => {
  test("challenge request round trip", () => {
    const request = encodeChallengeRequest(publicKey, deviceNonce)
    expect(decodeHelloMessage(crypto, request)).toEqual({ type: 1, publicKey, deviceNonce })
  })

  test("the challenge tells its time, and another key, nonce, time or secret makes another", () => {
    expect(challenge.length).toBe(32)
    expect(challengeTime(challenge)).toBe(ack.time)
    expect(decodeChallenge(encodeChallenge(challenge))).toEqual(challenge)
    for (const other of [
      makeChallenge(crypto, repeat(1, 32), ack.time, publicKey, deviceNonce),
      makeChallenge(crypto, secret, ack.time + 1, publicKey, deviceNonce),
      makeChallenge(crypto, secret, ack.time, repeat(2, 33), deviceNonce),
      makeChallenge(crypto, secret, ack.time, publicKey, repeat(0, 16)),
    ])
      expect(other.slice(6)).not.toEqual(challenge.slice(6))
  })

  test("hello round trip; its payload has one length, as the contract expects", () => {
    expect(decodeHelloMessage(crypto, hello)).toEqual({ type: 2, publicKey, payload, signature, profile })
    expect(payload.length).toBe(87)
    expect(decodeHelloPayload(payload)).toEqual({
      challenge,
      deviceNonce,
      profileHash: profileHash(crypto, profile),
    })
  })

  test.each<[string, number[], CborValue]>([
    ["an unknown type", [0], 3],
    ["an uncompressed key", [1], repeat(4, 65)],
    ["a profile that was not signed", [4, 0, 2], -1],
    ["a profile without channels", [4], []],
    ["a channel without a unit", [4, 0], ["t", -2]],
    ["a signature of 63 bytes", [3], repeat(0, 63)],
    ["a report in place of the hello payload", [2], encode([1, repeat(0, 32), deviceNonce, repeat(0, 32)])],
  ])("refuses %s", (_, path, value) => {
    expect(codeOf(() => decodeHelloMessage(crypto, changed(hello, path, value)))).toBe("E_MESSAGE")
  })

  test("the answer is an id, then a downlink", () => {
    const downlink = encode([1, 2])
    expect(decodeHelloAnswer(encodeHelloAnswer(300, downlink))).toEqual({ id: 300, downlink })
    expect(codeOf(() => decodeHelloAnswer(concat(encode("id"), downlink)))).toBe("E_MESSAGE")
  })
})
