/**
 * The worked examples of docs/protocol.md: fixed keys, everything else follows. `node src/protocol/test/examples.ts`
 * prints them; `doc.test.ts` holds the document to them byte for byte.
 */
import { nobleCrypto as crypto } from "../../../test/noble-crypto.ts"
import { encodeConsoleAnswer, encodeConsoleRequest } from "../console.ts"
import {
  addressOf,
  anchorHash,
  coseSign1,
  deriveSession,
  encode,
  encodeAck,
  encodeChallenge,
  encodeChallengeRequest,
  encodeHello,
  encodeHelloAnswer,
  encodeLeaf,
  encodeReport,
  encodeSequence,
  encryptionAad,
  externalAad,
  FIRST_HEAD,
  fromHex,
  GapCause,
  headAfter,
  helloPayload,
  joinSigned,
  Kind,
  leafHash,
  MailType,
  MerkleTree,
  makeChallenge,
  profileHash,
  profileValue,
  Refusal,
  sealDownlink,
  sealUplink,
  signingDigest,
  signPayload,
  toHex,
  uintBytes,
} from "../index.ts"
import { encodeLinkMessage, LinkCode, tokenOfRequest } from "../link-message.ts"
import { FragmentEndpoint } from "../schc/endpoint.ts"
import { framed, Rule } from "../schc/rules.ts"
import { encodeSerialFrame } from "../serial-frame.ts"

const repeat = (byte: number, length: number) => new Uint8Array(length).fill(byte)

const deviceSecret = repeat(0x11, 32)
const gatewaySecret = repeat(0x22, 32)
const deviceKey = crypto.getPublicKey(deviceSecret)
const gatewayKey = crypto.getPublicKey(gatewaySecret)
const device = addressOf(crypto, deviceKey)
const context = { chainId: 1337, registry: repeat(0xaa, 20), device }
const START = 1_760_000_000_000

const profile = [
  { name: "temperature", unit: "Cel", exponent: -2 },
  { name: "humidity", unit: "%RH", exponent: -2 },
  { name: "co2", unit: "ppm", exponent: 0 },
]

/** Enrolment (§4). */
const deviceNonce = repeat(0xdd, 16)
const challenge = makeChallenge(crypto, repeat(0x33, 32), START, deviceKey, deviceNonce)
const hello = helloPayload(challenge, deviceNonce, profileHash(crypto, profile))
const signedHello = signPayload(crypto, context, deviceSecret, hello)
const helloSignature = signedHello.signature
const keys = deriveSession(crypto, deviceSecret, gatewayKey, deviceNonce, challenge)
const ID = 7
const pending = encodeAck({
  time: START + 1_000,
  phase: { epoch: 1, since: 1_000, length: 10_000 },
  have: 0,
  refused: [{ seq: 0, reason: Refusal.notApproved }],
  retryAfter: 5_000,
  receipts: [],
  mail: [],
})
const helloAnswer = encodeHelloAnswer(ID, sealDownlink(crypto, keys, ID, 0, repeat(0x01, 8), pending))

/** Three reports of one chain (§3). */
const sign = (payload: Uint8Array) => signPayload(crypto, context, deviceSecret, payload)
const samples = sign(
  encodeReport({
    ...{ kind: Kind.samples, seq: 1, epoch: 2, prev: FIRST_HEAD, at: 150, step: [167, 166, 168] },
    samples: [
      [2370, 2627, 749],
      [2372, 2629, 760],
      [2373, 2629, 760],
      [2371, 2625, 755],
    ],
  }),
)
const unsynced = sign(
  encodeReport({
    ...{ kind: Kind.samples, seq: 2, epoch: 0, prev: headAfter(crypto, samples), at: [3, 1_000], step: [100, 250] },
    samples: [
      [2371, null, 755],
      [2371, null, 756],
      [2369, null, 756],
    ],
  }),
)
const gap = sign(
  encodeReport({
    ...{ kind: Kind.gap, seq: 65, epoch: 3, prev: headAfter(crypto, unsynced), at: 400 },
    ...{ cause: GapCause.outboxFull, firstSeq: 2, lastSeq: 2, samples: 3 },
  }),
)

/** One exchange (§5, §6). */
const REQUEST = 70_000
const uplink = { mailboxCursor: 0, receiptCursor: 0, reports: [joinSigned(samples)] }
const uplinkBody = sealUplink(crypto, keys, ID, REQUEST, uplink, 1)
const coap = [0x54, 0x02, ...uintBytes(REQUEST % 0x10000, 2), ...uintBytes(REQUEST, 4), 0xb1, 0x72, 0x11, 63, 0xff]

/** Links (§2). */
const challengeRequest = encodeChallengeRequest(deviceKey, deviceNonce)
const serialFrame = encodeSerialFrame({
  ...{ station: 0, rule: Rule.whole },
  payload: encodeLinkMessage(LinkCode.hello, 0x0102, challengeRequest),
})

/** The uplink in frames of 77 bytes, and what the gateway says to it. */
const fragments: Uint8Array[] = []
const ends = { mtu: 76, maxPacket: 1_155, onPacket: () => {} }
const asked = new FragmentEndpoint({
  ...{ ...ends, sends: framed.down, takes: framed.up, isAsked: true },
  send: (_, payload) => void fragments.push(payload),
})
new FragmentEndpoint({
  ...{ ...ends, sends: framed.up, takes: framed.down, isAsked: false },
  send(rule, payload) {
    fragments.push(payload)
    asked.receive(rule, payload)
  },
}).sendPacket(encodeLinkMessage(LinkCode.report, tokenOfRequest(REQUEST), uplinkBody), tokenOfRequest(REQUEST))

/** Another device, whose address sorts before. */
const otherSecret = repeat(0x34, 32)
const otherContext = { ...context, device: addressOf(crypto, crypto.getPublicKey(otherSecret)) }
const otherReport = encodeReport({
  ...{ kind: Kind.samples, seq: 1, epoch: 2, prev: FIRST_HEAD, at: 7, step: 0 },
  samples: [[2104, 4410, 420]],
})
const other = encodeLeaf({
  gatewayTime: START + 11_000,
  role: 0,
  report: signPayload(crypto, otherContext, otherSecret, otherReport),
})
const leaf = encodeLeaf({ gatewayTime: START + 12_000, role: 0, report: samples })
const third = encodeLeaf({ gatewayTime: START + 13_000, role: 0, report: unsynced })
const tree = new MerkleTree(
  crypto,
  [other, leaf, third].map((bytes) => leafHash(crypto, bytes)),
)
const anchor = { epoch: 2, previous: repeat(0, 32), root: tree.root, count: tree.size }
const ack = encodeAck({
  time: START + 25_400,
  phase: { epoch: 3, since: 5_400, length: 10_000 },
  have: 1,
  refused: [],
  retryAfter: 0,
  receipts: [{ anchor, receipts: [{ seq: 1, gatewayTime: START + 12_000, role: 0, index: 1, path: tree.path(1) }] }],
  mail: [{ number: 1, type: MailType.configure, payload: [6, 2] }],
})
const downlink = sealDownlink(crypto, keys, ID, REQUEST, fromHex("0102030405060708"), ack)

export const examples: Record<string, Uint8Array> = {
  "device-public-key": deviceKey,
  "device-address": device,
  "gateway-public-key": gatewayKey,
  profile: encode(profileValue(profile)),
  "profile-hash": profileHash(crypto, profile),
  "challenge-request": challengeRequest,
  "challenge-answer": encodeChallenge(challenge),
  "hello-payload": hello,
  "external-aad": externalAad(context),
  "hello-sig-structure": encode(["Signature1", fromHex("a101382e"), externalAad(context), hello]),
  "hello-digest": signingDigest(crypto, context, hello),
  "hello-signature": helloSignature,
  hello: encodeHello({ publicKey: deviceKey, payload: hello, signature: helloSignature, profile }),
  "shared-secret": crypto.ecdh(deviceSecret, gatewayKey),
  "uplink-key": keys.uplink,
  "downlink-key": keys.downlink,
  "hello-answer-ack": pending,
  "hello-answer": helloAnswer,
  "samples-payload": samples.payload,
  "samples-report": joinSigned(samples),
  "samples-cose-sign1": coseSign1(samples),
  "samples-head": headAfter(crypto, samples),
  "unsynced-payload": unsynced.payload,
  "gap-payload": gap.payload,
  "status-payload": encodeReport({
    ...{ kind: Kind.status, seq: 66, epoch: 3, prev: headAfter(crypto, gap), at: 401, batteryMillivolts: 3_312 },
    ...{ firmware: "0.1.0", skewPpb: -20_000, outbox: 2, resets: 1, lastAnchor: anchorHash(crypto, anchor) },
  }),
  "uplink-plaintext": encodeSequence([0, 1, joinSigned(samples)]),
  "uplink-nonce": uintBytes(REQUEST, 13),
  "uplink-aad": encryptionAad(encode(["dormouse-1 up", ID, REQUEST])),
  uplink: uplinkBody,
  "uplink-coap": new Uint8Array([...coap, ...uplinkBody]),
  "link-message-head": encodeLinkMessage(LinkCode.report, tokenOfRequest(REQUEST), new Uint8Array(0)),
  "serial-frame": serialFrame,
  "fragment-1": fragments[0]!,
  "fragment-2": fragments[1]!,
  "fragment-last": fragments[2]!,
  "fragment-ack": fragments[3]!,
  "console-request": encodeConsoleRequest({ id: 1, command: "info", args: [] }),
  "console-answer": encodeConsoleAnswer({ type: "failure", id: 1, code: "E_COMMAND", message: "?" }),
  ack,
  "downlink-nonce": new Uint8Array([...uintBytes(REQUEST, 5), 1, 2, 3, 4, 5, 6, 7, 8]),
  "downlink-aad": encryptionAad(encode(["dormouse-1 down", ID])),
  downlink,
  leaf,
  "leaf-hash": leafHash(crypto, leaf),
  "other-leaf-hashes": new Uint8Array([...leafHash(crypto, other), ...leafHash(crypto, third)]),
  "merkle-path": tree.path(1),
  "merkle-root": tree.root,
  "anchor-hash": anchorHash(crypto, anchor),
}

/** As the document shows it: rows of 48 bytes, which fit a page. */
export function hexRows(bytes: Uint8Array): string {
  return toHex(bytes)
    .match(/.{1,96}/g)!
    .join("\n")
}

if (import.meta.main)
  for (const [name, bytes] of Object.entries(examples)) console.log(`\`\`\`hex ${name}\n${hexRows(bytes)}\n\`\`\`\n`)
