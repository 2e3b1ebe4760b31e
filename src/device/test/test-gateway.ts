/** A gateway reduced to what a device can see of one, in memory: an oracle for the device's side of the protocol. */

import { crypto } from "../../../as/index.ts"
import { type MailboxMessage, Refusal, type RefusedReport } from "../../protocol/ack.ts"
import {
  type Anchor,
  type AnchoredReceipts,
  addressOf,
  anchorHash,
  decodeHelloMessage,
  decodeHelloPayload,
  decodeReport,
  deriveSession,
  EpochSchedule,
  encodeAck,
  encodeChallenge,
  encodeHelloAnswer,
  encodeLeaf,
  headAfter,
  Kind,
  type Leaf,
  leafHash,
  MerkleTree,
  makeChallenge,
  openUplink,
  parseUplink,
  type Report,
  type SessionKeys,
  sealDownlink,
  splitSigned,
  toHex,
  verifySigned,
} from "../../protocol/index.ts"
import type { LinkAnswer, LinkMessage } from "../ports.ts"

const ID = 1
/** Messages that fit an ack. */
const MAIL_AT_ONCE = 2
const EARLIER_EPOCHS = 4000

interface Held {
  report: Report
  bytes: Uint8Array
  leaf: Leaf
  /** heads of the hash chain before and behind it, hex */
  prev: string
  head: string
  receipt?: AnchoredReceipts
}

export class TestGateway {
  readonly secretKey = crypto.sha256(new Uint8Array([1]))
  readonly publicKey = crypto.getPublicKey(this.secretKey)
  readonly registry = new Uint8Array(20).fill(7)
  schedule: EpochSchedule
  /** every report ever made durable, by seq; more than one entry is a fork */
  readonly held = new Map<number, Held[]>()
  /** values of the first channel in reports that ever stood under an anchor, and every gap record that did */
  readonly anchored = new Map<number, Report>()
  /** every session's keys, also those of sessions that a restore made it forget */
  readonly sessions: SessionKeys[] = []
  /** request numbers seen, with the key they were sealed with */
  readonly requests = new Set<string>()
  repeatedRequests = 0
  approved = true
  /** seqs to refuse for good */
  readonly refuse = new Set<number>()
  /** a seq that this gateway cannot read at all: the whole request is refused */
  unreadable = 0
  /** messages for the device, from number 1 */
  readonly mail: MailboxMessage[] = []
  #mailboxCursor = 0
  #now: () => number
  #keys: SessionKeys | undefined
  #publicKey: Uint8Array | undefined
  /** last seqs of all gap records */
  readonly #named = new Set<number>()
  #previous: Uint8Array = new Uint8Array(32)

  constructor(now: () => number, epochMs: number) {
    this.#now = now
    // It began long ago: no step of its clock leads before the first epoch.
    this.schedule = new EpochSchedule([{ first: 1, start: now() - EARLIER_EPOCHS * epochMs, length: epochMs }])
  }

  handle({ kind, body }: LinkMessage): LinkAnswer {
    return kind === "hello" ? this.#hello(body) : this.#report(body)
  }

  /** Anchors what came in; call at an epoch's end. */
  anchor(epoch: number): void {
    const fresh = [...this.held.values()].flat().filter(({ receipt }) => !receipt)
    if (fresh.length === 0) return
    for (const { report } of fresh) this.anchored.set(report.seq, report)
    fresh.sort((a, b) => a.report.seq - b.report.seq)
    const tree = new MerkleTree(
      crypto,
      fresh.map(({ leaf }) => leafHash(crypto, encodeLeaf(leaf))),
    )
    const anchor: Anchor = { epoch, previous: this.#previous, root: tree.root, count: tree.size }
    this.#previous = anchorHash(crypto, anchor)
    fresh.forEach((held, index) => {
      const { gatewayTime, role } = held.leaf
      const receipt = { seq: held.report.seq, gatewayTime, role, index, path: tree.path(index) }
      held.receipt = { anchor, receipts: [receipt] }
    })
  }

  /** Forgets every report above `seq`, as a restore from a backup does. */
  rewind(seq: number): void {
    for (const key of this.held.keys()) if (key > seq) this.held.delete(key)
  }

  /** What a backup holds; calling it restores that. */
  backup(): () => void {
    const held = new Map([...this.held].map(([seq, entries]) => [seq, [...entries]]))
    const keys = this.#keys
    return () => {
      this.held.clear()
      for (const [seq, entries] of held) this.held.set(seq, [...entries])
      this.#keys = keys
    }
  }

  #hello(body: Uint8Array): LinkAnswer {
    const message = decodeHelloMessage(crypto, body)
    const secret = new Uint8Array(32).fill(9)
    if (!("payload" in message)) {
      const challenge = makeChallenge(crypto, secret, this.#now(), message.publicKey, message.deviceNonce)
      return { ok: true, body: encodeChallenge(challenge) }
    }
    const context = { chainId: 5, registry: this.registry, device: addressOf(crypto, message.publicKey) }
    if (!verifySigned(crypto, context, message.publicKey, message)) return { ok: false, reason: "refused" }
    const { deviceNonce, challenge } = decodeHelloPayload(message.payload)
    this.#publicKey = message.publicKey
    this.#keys = deriveSession(crypto, this.secretKey, message.publicKey, deviceNonce, challenge)
    this.sessions.push(this.#keys)
    return { ok: true, body: encodeHelloAnswer(ID, this.#answer(0, [], 0)) }
  }

  #report(body: Uint8Array): LinkAnswer {
    const keys = this.#keys
    const sealed = parseUplink(body)
    if (!keys || sealed.id !== ID) return { ok: false, reason: "refused" }
    if (!this.#opens(keys, body)) return { ok: false, reason: "refused" }
    const uplink = openUplink(crypto, keys, sealed, (bytes) => decodeReport(splitSigned(bytes).payload).seq)
    this.#mailboxCursor = uplink.mailboxCursor
    const seqs = uplink.reports.map((bytes) => decodeReport(splitSigned(bytes).payload).seq)
    if (seqs.includes(this.unreadable))
      return {
        ok: true,
        body: this.#answer(sealed.request, [{ seq: 0, reason: Refusal.malformed }], uplink.receiptCursor),
      }
    const refused = uplink.reports.flatMap((bytes) => this.#take(bytes) ?? [])
    return { ok: true, body: this.#answer(sealed.request, refused, uplink.receiptCursor) }
  }

  /** Notes every uplink that the device sent, whether or not the air carries it here. */
  overhear({ kind, body }: LinkMessage): void {
    if (kind === "hello") return
    const keys = this.sessions.find((session) => this.#opens(session, body))
    const request = `${keys && toHex(keys.uplink)} ${parseUplink(body).request}`
    if (this.requests.has(request)) this.repeatedRequests++
    this.requests.add(request)
  }

  #opens(keys: SessionKeys, body: Uint8Array): boolean {
    try {
      openUplink(crypto, keys, parseUplink(body), () => Number.MAX_SAFE_INTEGER)
      return true
    } catch {
      return false
    }
  }

  #take(bytes: Uint8Array): RefusedReport | undefined {
    const signed = splitSigned(bytes)
    const report = decodeReport(signed.payload)
    const context = { chainId: 5, registry: this.registry, device: addressOf(crypto, this.#publicKey!) }
    if (!verifySigned(crypto, context, this.#publicKey!, signed)) throw new Error(`report ${report.seq}: bad signature`)
    if (this.refuse.has(report.seq)) return { seq: report.seq, reason: Refusal.malformed }
    if (report.epoch > this.schedule.epochAt(this.#now() + 2000))
      return { seq: report.seq, reason: Refusal.futureEpoch }
    const before = this.held.get(report.seq) ?? []
    if (!before.some((held) => toHex(held.bytes) === toHex(bytes))) {
      const leaf = { gatewayTime: Math.floor(this.#now()), role: 0, report: signed }
      const links = { prev: toHex(report.prev), head: toHex(headAfter(crypto, signed)) }
      this.held.set(report.seq, [...before, { report, bytes, leaf, ...links }])
      if (report.kind === Kind.gap) this.#named.add(report.lastSeq)
    }
    return undefined
  }

  #answer(request: number, refusedReports: RefusedReport[], receiptCursor: number): Uint8Array {
    const time = Math.floor(this.#now())
    const epoch = this.schedule.epochAt(time)
    const refused = [...refusedReports]
    if (!this.approved) refused.push({ seq: 0, reason: Refusal.notApproved })
    const receipts = [...this.held.values()].flat().flatMap(({ receipt }) => receipt ?? [])
    const waiting = this.mail.filter(({ number }) => number > this.#mailboxCursor)
    const ack = {
      time,
      phase: { epoch, since: time - this.schedule.startOf(epoch), length: this.schedule.lengthOf(epoch) },
      have: this.#have(),
      refused,
      retryAfter: 0,
      receipts: receipts.filter(({ receipts: [first] }) => first!.seq > receiptCursor).slice(0, 4),
      mail: waiting.slice(0, MAIL_AT_ONCE),
      more: waiting.length > MAIL_AT_ONCE,
    }
    const random = crypto.sha256(new Uint8Array([request & 255, time & 255, this.requests.size & 255])).slice(0, 8)
    return sealDownlink(crypto, this.#keys!, ID, request, random, encodeAck(ack))
  }

  /** Highest seq up to which the chain of `prev` is unbroken, or a gap record says what is missing. */
  #have(): number {
    const seqs = [...this.held.keys()].sort((a, b) => a - b)
    let have = 0
    let head = toHex(new Uint8Array(8))
    // Reports follow each other in order of seq, so one walk finds how far the chain goes.
    for (const seq of seqs) {
      const follows = this.held.get(seq)!.find(({ prev }) => prev === head)
      if (!follows && !this.#named.has(seq - 1)) return have
      have = seq
      head = (follows ?? this.held.get(seq)![0]!).head
    }
    return have
  }
}
