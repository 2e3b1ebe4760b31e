import { encodeAck, type MailboxMessage, type Phase, Refusal, type RefusedReport } from "../../protocol/ack.ts"
import { encode } from "../../protocol/cbor/index.ts"
import { MAX_BODY } from "../../protocol/coap.ts"
import type { EpochSchedule } from "../../protocol/epochs.ts"
import type { AnchoredReceipts } from "../../protocol/receipt.ts"
import type { Clock } from "../ports.ts"
import { type Device, Status } from "../store/devices.ts"
import type { Mailbox } from "../store/mailbox.ts"

export interface AcksOptions {
  clock: Pick<Clock, "now">
  schedule(): EpochSchedule
  mailbox: Pick<Mailbox, "above">
  /** Receipts that the device lacks, in at most so many bytes. */
  receiptsFor(device: Device, bytes: number): AnchoredReceipts[]
}

/** What the envelope adds at most: request, random, ciphertext head, tag. */
const ENVELOPE = 9 + 9 + 3 + 8
const MAIL_LIMIT = 8

/** Writes acks: what happened to the request first, then the mail, then as many receipts as fit. */
export class Acks {
  readonly #options: AcksOptions

  constructor(options: AcksOptions) {
    this.#options = options
  }

  /** What stands between this device and the gateway, as an ack names it; `undefined`: nothing. */
  standing({ status }: Device): RefusedReport | undefined {
    if (status === Status.approved) return undefined
    return { seq: 0, reason: status === Status.revoked ? Refusal.revoked : Refusal.notApproved }
  }

  /**
   * In at most `size` bytes, envelope and all. `bare`: without mail and receipts, for requests that a stranger could repeat and so turn
   * on somebody else.
   */
  encode(device: Device, refused: RefusedReport[], retryAfter = 0, bare = false, size = MAX_BODY): Uint8Array {
    const time = this.#options.clock.now()
    const ack = { time, phase: phaseAt(this.#options.schedule(), time), have: device.have, refused, retryAfter }
    const plain = encodeAck({ ...ack, receipts: [], mail: [] })
    if (bare || this.standing(device)) return plain
    // three bytes more for each of the two lists that may grow, one for "more"
    let room = size - ENVELOPE - plain.length - 7
    const mail: MailboxMessage[] = []
    for (const message of device.mailLast > device.mailCursor ? this.#options.mailbox.above(device, MAIL_LIMIT) : []) {
      const size = encode([message.number, message.type, message.payload]).length
      if (size > room) break
      room -= size
      mail.push(message)
    }
    const more = mail.length > 0 && mail.at(-1)!.number < device.mailLast
    const receipts = this.#options.receiptsFor(device, room)
    return receipts.length || mail.length ? encodeAck({ ...ack, receipts, mail, more }) : plain
  }
}

export function phaseAt(schedule: EpochSchedule, time: number): Phase {
  const epoch = schedule.epochAt(time)
  const phase = { epoch, since: Math.max(0, time - schedule.startOf(epoch)), length: schedule.lengthOf(epoch) }
  const next = schedule.periods.find(({ first }) => first > epoch)
  return next ? { ...phase, next: { first: next.first, length: next.length } } : phase
}
