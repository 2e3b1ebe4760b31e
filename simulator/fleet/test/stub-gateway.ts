/**
 * The least a gateway can be, in memory and from the protocol alone: it approves everyone, acks everything and hands
 * out a receipt for each report with the next answer. Nothing is verified or stored, so the device's side of a wake is
 * what a run against it costs.
 */
import { crypto } from "../../../as/index.ts"
import {
  type AnchoredReceipts,
  addressOf,
  anchorHash,
  concat,
  decodeHelloMessage,
  decodeHelloPayload,
  decodeReport,
  deriveSession,
  EpochSchedule,
  encodeAck,
  encodeChallenge,
  encodeHelloAnswer,
  encodeLeaf,
  leafHash,
  MerkleTree,
  makeChallenge,
  openUplink,
  parseUplink,
  Refusal,
  type SessionKeys,
  sealDownlink,
  splitSigned,
} from "../../../src/protocol/index.ts"
import type { ProvisioningRecord } from "../gateway-api.ts"

/** Other leaves of the tree that a receipt's report stands in: its path has four hashes. */
const NEIGHBOURS = Array.from({ length: 15 }, (_, i) => crypto.sha256(new Uint8Array([i])))
const SECRET = crypto.sha256(new Uint8Array([1]))
const CHALLENGE_SECRET = new Uint8Array(32).fill(9)
/** CoAP 2.04 and 4.01 */
const CHANGED = 0x44
const UNAUTHORIZED = 0x81
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString("hex")}`

export const stubProvisioning: ProvisioningRecord = {
  gatewayPublicKey: hex(crypto.getPublicKey(SECRET)),
  operator: `0x${"11".repeat(20)}`,
  chainId: 5,
  genesisHash: `0x${"22".repeat(32)}`,
  registry: `0x${"33".repeat(20)}`,
  anchors: `0x${"44".repeat(20)}`,
}

export interface StubSettings {
  /** unix ms at which epoch 1 begins */
  start: number
  epochMs: number
  /** asked with each hello and report */
  approved?: () => boolean
}

interface Session {
  id: number
  keys: SessionKeys
  address: string
  receipts: { seq: number; anchored: AnchoredReceipts }[]
}

export class StubGateway {
  readonly schedule: EpochSchedule
  /** address -> seqs of the reports it has acked */
  readonly durable = new Map<string, Set<number>>()
  readonly #approved: () => boolean
  readonly #sessions = new Map<number, Session>()

  constructor({ start, epochMs, approved = () => true }: StubSettings) {
    this.schedule = new EpochSchedule([{ first: 1, start, length: epochMs }])
    this.#approved = approved
  }

  /** The answer to one CoAP datagram at unix time `now` (whole ms). */
  answer(datagram: Uint8Array, now: number): Uint8Array {
    // header 4, token 4, option Uri-Path 2, option Content-Format 2, payload marker 1
    const body = datagram.subarray(13)
    const payload = this.handle(String.fromCharCode(datagram[9]!) === "h" ? "hello" : "report", body, now)
    const head = (code: number) => [0x54, code, datagram[2]!, datagram[3]!, ...datagram.subarray(4, 8)]
    return payload ? concat(new Uint8Array([...head(CHANGED), 0xff]), payload) : new Uint8Array(head(UNAUTHORIZED))
  }

  /** The answer to one message; `undefined`: this device is not known here. */
  handle(topic: "hello" | "report", body: Uint8Array, now: number): Uint8Array | undefined {
    return topic === "hello" ? this.#hello(body, now) : this.#report(body, now)
  }

  #hello(body: Uint8Array, now: number): Uint8Array {
    const message = decodeHelloMessage(crypto, body)
    const { publicKey } = message
    if (!("payload" in message))
      return encodeChallenge(makeChallenge(crypto, CHALLENGE_SECRET, now, publicKey, message.deviceNonce))
    const { deviceNonce, challenge } = decodeHelloPayload(message.payload)
    const session: Session = {
      id: this.#sessions.size + 1,
      keys: deriveSession(crypto, SECRET, publicKey, deviceNonce, challenge),
      address: hex(addressOf(crypto, publicKey)),
      receipts: [],
    }
    this.#sessions.set(session.id, session)
    return encodeHelloAnswer(session.id, this.#ack(session, 0, now, []))
  }

  #report(body: Uint8Array, now: number): Uint8Array | undefined {
    const sealed = parseUplink(body)
    const session = this.#sessions.get(sealed.id)
    if (!session) return undefined
    const uplink = openUplink(crypto, session.keys, sealed, (bytes) => decodeReport(splitSigned(bytes).payload).seq)
    session.receipts = session.receipts.filter(({ seq }) => seq > uplink.receiptCursor)
    const answer = this.#ack(session, sealed.request, now, session.receipts.map(({ anchored }) => anchored).slice(0, 4))
    if (this.#approved()) for (const bytes of uplink.reports) this.#take(session, bytes, now)
    return answer
  }

  #take(session: Session, bytes: Uint8Array, now: number): void {
    const report = splitSigned(bytes)
    const { seq } = decodeReport(report.payload)
    const seqs = this.durable.get(session.address) ?? new Set()
    this.durable.set(session.address, seqs.add(seq))
    const leaf = leafHash(crypto, encodeLeaf({ gatewayTime: now, role: 0, report }))
    const tree = new MerkleTree(crypto, [leaf, ...NEIGHBOURS])
    const anchor = { epoch: this.schedule.epochAt(now), previous: SECRET, root: tree.root, count: tree.size }
    const receipt = { seq, gatewayTime: now, role: 0, index: 0, path: tree.path(0) }
    session.receipts.push({ seq, anchored: { anchor, receipts: [receipt] } })
  }

  #ack({ id, keys }: Session, request: number, now: number, receipts: AnchoredReceipts[]): Uint8Array {
    const epoch = this.schedule.epochAt(now)
    const length = this.schedule.lengthOf(epoch)
    const ack = encodeAck({
      time: now,
      phase: { epoch, since: now - this.schedule.startOf(epoch), length },
      have: 0,
      refused: this.#approved() ? [] : [{ seq: 0, reason: Refusal.notApproved }],
      retryAfter: 0,
      receipts,
      mail: [],
    })
    const random = anchorHash(crypto, { epoch: request, previous: SECRET, root: SECRET, count: now % 1000 }).slice(0, 8)
    return sealDownlink(crypto, keys, id, request, random, ack)
  }
}
