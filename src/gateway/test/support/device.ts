/** A device for tests, made from src/protocol alone: it signs, seals, and reads its acks. */
import {
  type Ack,
  addressOf,
  type Crypto,
  concat,
  decodeAck,
  decodeChallenge,
  decodeFirst,
  decodeHelloAnswer,
  deriveSession,
  encodeChallengeRequest,
  encodeHello,
  encodeReport,
  FIRST_HEAD,
  headAfter,
  helloPayload,
  joinSigned,
  Kind,
  openDownlink,
  type Profile,
  profileHash,
  type Report,
  type SessionKeys,
  type Signed,
  type SigningContext,
  sealUplink,
  signPayload,
  toHex,
  verifyCompactReceipt,
} from "../../../protocol/index.ts"
import type { Answer, Topic } from "../../bridges/bridge.ts"

export interface Provisioning {
  gatewayPublicKey: Uint8Array
  chainId: number
  /** 20 bytes */
  registry: Uint8Array
}

/** Carries a body to the gateway; `undefined`: no answer. */
export type Exchange = (topic: Topic, body: Uint8Array) => Promise<Answer | undefined>

export const profile: Profile = [
  { name: "temperature", unit: "Cel", exponent: -2 },
  { name: "humidity", unit: "%RH", exponent: -2 },
  { name: "co2", unit: "ppm", exponent: 0 },
]

/** An answer other than success. */
export class Refused extends Error {
  readonly kind: string
  readonly code: string

  constructor({ kind, body }: Answer) {
    const code = Buffer.from(body).toString()
    super(`${kind} ${code}`)
    this.kind = kind
    this.code = code
  }
}

export class TestDevice {
  readonly secretKey: Uint8Array
  readonly publicKey: Uint8Array
  readonly context: SigningContext
  profile: Profile = profile
  id = -1
  keys: SessionKeys | undefined
  request = 0
  seq = 0
  head: Uint8Array = FIRST_HEAD
  receiptCursor = 0
  mailboxCursor = 0
  /** reports by seq, and those of them that have a receipt */
  readonly reports = new Map<number, Signed>()
  readonly receipted = new Set<number>()
  readonly #crypto: Crypto
  readonly #provisioning: Provisioning
  readonly #exchange: Exchange
  #nonce = 0

  constructor(crypto: Crypto, number: number, provisioning: Provisioning, exchange: Exchange) {
    this.#crypto = crypto
    this.#provisioning = provisioning
    this.#exchange = exchange
    this.secretKey = crypto.sha256(new Uint8Array([1, number >> 16, number >> 8, number]))
    this.publicKey = crypto.getPublicKey(this.secretKey)
    const { chainId, registry } = provisioning
    this.context = { chainId, registry, device: addressOf(crypto, this.publicKey) }
  }

  get address(): string {
    return `0x${toHex(this.context.device)}`
  }

  async challenge(): Promise<{ deviceNonce: Uint8Array; challenge: Uint8Array }> {
    const seed = new Uint8Array([++this.#nonce, this.#nonce >> 8])
    const deviceNonce = this.#crypto.sha256(concat(this.secretKey, seed)).slice(0, 16)
    const answer = await this.#ask("hello", encodeChallengeRequest(this.publicKey, deviceNonce))
    return { deviceNonce, challenge: decodeChallenge(answer) }
  }

  hello(deviceNonce: Uint8Array, challenge: Uint8Array, context = this.context): Uint8Array {
    const payload = helloPayload(challenge, deviceNonce, profileHash(this.#crypto, this.profile))
    const { signature } = signPayload(this.#crypto, context, this.secretKey, payload)
    return encodeHello({ publicKey: this.publicKey, payload, signature, profile: this.profile })
  }

  async enrol(): Promise<Ack> {
    const { deviceNonce, challenge } = await this.challenge()
    return this.sendHello(deviceNonce, challenge)
  }

  async sendHello(deviceNonce: Uint8Array, challenge: Uint8Array): Promise<Ack> {
    const answer = decodeHelloAnswer(await this.#ask("hello", this.hello(deviceNonce, challenge)))
    const { gatewayPublicKey } = this.#provisioning
    this.keys = deriveSession(this.#crypto, this.secretKey, gatewayPublicKey, deviceNonce, challenge)
    this.id = answer.id
    this.request = 0
    return decodeAck(openDownlink(this.#crypto, this.keys, this.id, 0, answer.downlink)!)
  }

  /** Signs the next report of the chain; `fields` may bend it. */
  sign(epoch: number, fields: Partial<Record<string, unknown>> = {}, context = this.context): Uint8Array {
    const sample = [2000 + this.seq, 4500, 600]
    const base = { kind: Kind.samples, seq: this.seq + 1, epoch, prev: this.head, at: 0, step: 0, samples: [sample] }
    const report = { ...base, ...fields } as unknown as Report
    const signed = signPayload(this.#crypto, context, this.secretKey, encodeReport(report))
    this.seq = Math.max(this.seq, report.seq)
    this.head = headAfter(this.#crypto, signed)
    this.reports.set(report.seq, signed)
    return joinSigned(signed)
  }

  /** Signs raw bytes as a payload, whatever they are. */
  signRaw(payload: Uint8Array): Uint8Array {
    return joinSigned(signPayload(this.#crypto, this.context, this.secretKey, payload))
  }

  seal(reports: readonly Uint8Array[], request = ++this.request, firstSeq = this.#firstSeq(reports)): Uint8Array {
    const { mailboxCursor, receiptCursor } = this
    const uplink = { mailboxCursor, receiptCursor, reports: [...reports] }
    return sealUplink(this.#crypto, this.keys!, this.id, request, uplink, firstSeq)
  }

  /** Sends reports and takes in what the ack brings. Throws `Refused`; `undefined`: no answer. */
  async send(...reports: Uint8Array[]): Promise<Ack> {
    const body = this.seal(reports)
    return this.open(await this.#ask("report", body), this.request)
  }

  open(downlink: Uint8Array, request: number): Ack {
    const plain = openDownlink(this.#crypto, this.keys!, this.id, request, downlink)
    if (!plain) throw new Error("the downlink does not open")
    const ack = decodeAck(plain)
    for (const { anchor, receipts } of ack.receipts)
      for (const receipt of receipts) {
        const report = this.reports.get(receipt.seq)
        if (!report || !verifyCompactReceipt(this.#crypto, anchor, receipt, report))
          throw new Error(`receipt of ${receipt.seq} is wrong`)
        this.receipted.add(receipt.seq)
      }
    const signed = [...this.reports.keys()].sort((a, b) => a - b)
    this.receiptCursor = 0
    for (const seq of signed) {
      if (!this.receipted.has(seq)) break
      this.receiptCursor = seq
    }
    for (const { number } of ack.mail) this.mailboxCursor = Math.max(this.mailboxCursor, number)
    return ack
  }

  #firstSeq([first]: readonly Uint8Array[]): number {
    if (!first) return 0
    try {
      return Number(decodeFirst(first, 2).value) || this.seq
    } catch {
      return this.seq
    }
  }

  async #ask(topic: Topic, body: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#exchange(topic, body)
    if (!answer) throw new Error("no answer")
    if (answer.kind !== "changed") throw new Refused(answer)
    return answer.body
  }
}
