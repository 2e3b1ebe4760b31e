/** The ack: the gateway's authenticated answer that reports are durable, with all else that rides down (docs/protocol.md §6). */
import { type CborValue, decode, encode } from "./cbor/index.ts"
import type { Period } from "./epochs.ts"
import { type AnchoredReceipts, asAnchoredReceipts, receiptsValue } from "./receipt.ts"
import { asArray, asFlag, asUint } from "./shape.ts"

/** Why a report of this request is not durable. From 16 on the refusal is permanent: the device writes a gap record. */
export const Refusal = {
  /** the gateway is busy: again after `retryAfter` */
  later: 1,
  /** named with seq 0: the operator has not approved the device yet */
  notApproved: 2,
  /** named with seq 0: the device was revoked */
  revoked: 3,
  malformed: 16,
  wrongSignature: 17,
  futureEpoch: 18,
} as const

export const FIRST_PERMANENT_REFUSAL = 16

export interface Phase {
  /** epoch at `Ack.time` */
  epoch: number
  /** ms since it started */
  since: number
  /** ms an epoch lasts */
  length: number
  /** the next change of length, where one is scheduled */
  next?: { first: number; length: number }
}

export interface RefusedReport {
  seq: number
  reason: number
}

export interface MailboxMessage {
  /** number in this device's mailbox, from 1 */
  number: number
  type: number
  payload: CborValue
}

/** Types of mailbox messages. */
export const MailType = {
  /** `[samples a report, epochs a report]`: idempotent */
  configure: 1,
  /** `[place of the slot in the time between two samples, in 65,536ths]`: idempotent */
  slot: 2,
} as const

export interface Ack {
  /** gateway time, unix ms */
  time: number
  phase: Phase
  /** highest seq up to which the device's hash chain is held without a break; 0: none */
  have: number
  /** reports of this request that are NOT durable; all others are */
  refused: RefusedReport[]
  /** ms until a refused report may be sent again; 0 where it does not matter */
  retryAfter: number
  receipts: AnchoredReceipts[]
  mail: MailboxMessage[]
  /** more mail waits than there was room for */
  more?: boolean
}

export function encodeAck(ack: Ack): Uint8Array {
  const { epoch, since, length, next } = ack.phase
  return encode([
    ack.time,
    next ? [epoch, since, length, next.first, next.length] : [epoch, since, length],
    ack.have,
    ack.refused.map(({ seq, reason }) => [seq, reason]),
    ack.retryAfter,
    ack.receipts.map(receiptsValue),
    ack.mail.map(({ number, type, payload }) => [number, type, payload]),
    ...(ack.more ? [true] : []),
  ])
}

export function decodeAck(bytes: Uint8Array): Ack {
  const [time, phase, have, refused, retryAfter, receipts, mail, more] = asArray(decode(bytes), "ack", 7, 8)
  return {
    time: asUint(time, "time"),
    phase: asPhase(phase),
    have: asUint(have, "have"),
    refused: asArray(refused, "refused").map((item) => {
      const [seq, reason] = asArray(item, "refused report", 2, 2)
      return { seq: asUint(seq, "seq"), reason: asUint(reason, "reason") }
    }),
    retryAfter: asUint(retryAfter, "retry after"),
    receipts: asArray(receipts, "receipts").map(asAnchoredReceipts),
    mail: asArray(mail, "mail").map((item) => {
      const [number, type, payload] = asArray(item, "mailbox message", 3, 3)
      return { number: asUint(number, "number"), type: asUint(type, "type"), payload: payload! }
    }),
    ...(asFlag(more, "more") && { more: true }),
  }
}

function asPhase(value: CborValue | undefined): Phase {
  const items = asArray(value, "phase", 3, 5)
  const fields = asArray(items, "phase", items.length === 3 ? 3 : 5, 5).map((field) => asUint(field, "phase"))
  const [epoch, since, length, first, nextLength] = fields as [number, number, number, number?, number?]
  return first === undefined || nextLength === undefined
    ? { epoch, since, length }
    : { epoch, since, length, next: { first, length: nextLength } }
}

/** The device's view of the schedule: this period, and the next where one is announced. */
export function periodsOf({ time, phase }: Ack): Period[] {
  const start = time - phase.since
  const current = { first: phase.epoch, start, length: phase.length }
  if (!phase.next) return [current]
  const { first, length } = phase.next
  return [current, { first, start: start + (first - phase.epoch) * phase.length, length }]
}
