/** The one exchange of a wake: what is unsent goes up, and the ack with all that rides in it comes down. */
import { type Ack, decodeAck, FIRST_PERMANENT_REFUSAL, MailType, periodsOf, Refusal } from "../protocol/ack.ts"
import { partsOf } from "../protocol/cose.ts"
import { openDownlink, sealUplink } from "../protocol/envelope.ts"
import { decodeReport, GapCause } from "../protocol/report.ts"
import { asArray, asUint } from "../protocol/shape.ts"
import { SLOT_PARTS } from "../protocol/slots.ts"
import type { Device } from "./device.ts"
import type { StoredReport } from "./entries.ts"
import { StateKey } from "./flash/state.ts"
import { settingsValue } from "./identity.ts"
import { periodsValue } from "./memory.ts"
import type { Link } from "./ports.ts"
import { applyReceipts, receiptsUpTo } from "./receipts.ts"
import { MAX_BATCH, signGap } from "./reporter.ts"

/** How long to wait for the ack, attempt by attempt (µs). Each attempt is a new request. */
const TIMEOUTS = [700_000, 1_500_000, 3_000_000]
/** Exchanges of one wake, beyond the first, for mail that did not fit. */
const MOST_FOR_MAIL = 3
/** Bytes of an uplink that are not reports, at most: id, request number, tag, cursors, heads. */
const OVERHEAD = 48
/** A report may name an epoch so many report intervals after the gateway's own (its clock stepped back, epochs grew longer). */
export const MOST_AHEAD = 16
const MOST_GIVEN_UP = 32
/** Answers "not for you" in a row before the device takes its session for lost and says hello again. */
const REFUSALS_BEFORE_HELLO = 2

/** Sends and waits; `false` where no ack came and the reports stay in the outbox. Once more for mail that had no room. */
export async function exchange(device: Device, link: Link): Promise<boolean> {
  let ack = await attempt(device, link)
  const answered = ack !== undefined
  for (let more = MOST_FOR_MAIL; ack?.more && more > 0; more--) ack = await attempt(device, link)
  return answered
}

async function attempt(device: Device, link: Link): Promise<Ack | undefined> {
  const { board, sessions } = device
  let refusals = 0
  for (const timeout of TIMEOUTS) {
    const { session } = sessions
    if (!session || (link.idleUntil ?? 0) > device.now) return undefined
    const receiptCursor = receiptsUpTo(device)
    const reports = selectReports(device, receiptCursor, link.maxBody - OVERHEAD)
    const request = sessions.takeRequest()
    const uplink = {
      mailboxCursor: device.mailboxCursor,
      receiptCursor,
      reports: reports.map(({ bytes }) => bytes),
    }
    const body = sealUplink(board.crypto, session.keys, session.id, request, uplink, reports[0]?.seq)
    board.trace({ e: "sent", request, reports: reports.length, bytes: body.length })
    const sent = device.now
    const answer = await link.exchange({ kind: "report", body, request, timeout })
    // Before anything is made of the answer: what the processor takes is no part of the way.
    const received = device.now
    if (answer && !answer.ok && answer.reason === "refused" && ++refusals === REFUSALS_BEFORE_HELLO) sessions.end()
    if (!answer?.ok) continue
    const plaintext = openDownlink(board.crypto, session.keys, session.id, request, answer.body)
    if (!plaintext) continue
    const ack = decodeAck(plaintext)
    applyAck(device, ack, { sent, received }, reports)
    return ack
  }
  return undefined
}

/** Newest first, then the backlog from its oldest on, as much as one message holds. */
function selectReports(device: Device, receiptCursor: number, room: number): StoredReport[] {
  const waiting: StoredReport[] = []
  let size = 0
  let newest: StoredReport | undefined
  for (const report of device.outbox.reports(receiptCursor)) {
    if (device.acked.has(report.seq)) continue
    if (report.seq <= device.plan.ahead && waits(device, report)) continue
    if (device.plan.oneByOne) return [report]
    newest = report
    if (size + report.bytes.length + 3 > room) continue
    size += report.bytes.length + 3
    waiting.push(report)
  }
  device.plan.oneByOne = false
  if (!newest) return []
  const backlog = waiting.filter(({ seq }) => seq !== newest.seq)
  size = backlog.reduce((sum, { bytes }) => sum + bytes.length + 3, newest.bytes.length + 3)
  while (size > room) size -= backlog.pop()!.bytes.length + 3
  return [newest, ...backlog]
}

/** When a request went out and its answer came in, oscillator µs. */
export interface Trip {
  sent: number
  received: number
}

/** Takes in an authentic ack of a request with these reports. */
export function applyAck(device: Device, ack: Ack, { sent, received }: Trip, reports: readonly StoredReport[]): void {
  const { board, clock, plan, sessions } = device
  const refusal = new Map(ack.refused.map(({ seq, reason }) => [seq, reason]))
  // A report from the future is a second word against this device's clock.
  const sure = ack.refused.some(({ reason }) => reason === Refusal.futureEpoch)
  const rescheduled = clock.learn({ sent, received, time: ack.time, sure }, periodsOf(ack))
  if (rescheduled) device.state.set(StateKey.schedule, periodsValue(clock.state.periods))
  board.trace({ e: "time", ...ack.phase })

  const whole = refusal.get(0)
  if (whole === undefined) sessions.markApproved()
  else board.trace({ e: "refused", seq: 0, reason: whole })
  plan.pollAt = received + 1000 * ack.retryAfter
  if (whole === undefined) noteDurable(device, reports, refusal)
  else if (whole >= FIRST_PERMANENT_REFUSAL) noteUnreadable(device, reports, whole)
  if (sure) holdBack(device, ack.phase.epoch)

  // A falling `have` means that the gateway lost what it had acked: everything above goes out again.
  if (ack.have < plan.have) {
    device.acked.cutAbove(ack.have)
    device.receipted.cutAbove(ack.have)
    device.receiptCursor = Math.min(device.receiptCursor, ack.have)
    device.outbox.startAt(0)
    device.saveProgress()
    board.trace({ e: "have-fell", from: plan.have, to: ack.have })
  }
  plan.have = ack.have
  applyReceipts(device, ack.receipts)
  for (const { number, type, payload } of ack.mail) {
    if (number <= device.mailboxCursor) continue
    // The cursor is durable before the message takes effect: at most once.
    device.mailboxCursor = number
    device.saveProgress()
    if (type === MailType.configure) configure(device, payload)
    else if (type === MailType.slot) move(device, payload)
    board.trace({ e: "mail", number, type })
  }
  board.trace({
    e: "acked",
    seqs: reports.map(({ seq }) => seq).filter((seq) => whole === undefined && !refusal.has(seq)),
    rttMs: (received - sent) / 1000,
  })
}

function noteDurable(device: Device, reports: readonly StoredReport[], refusal: Map<number, number>): void {
  for (const report of reports) {
    const reason = refusal.get(report.seq)
    if (reason === undefined) device.acked.add(report.seq)
    else device.board.trace({ e: "refused", seq: report.seq, reason })
    if (reason === undefined || reason < FIRST_PERMANENT_REFUSAL) continue
    if (reason === Refusal.futureEpoch) continue
    // Refused for good: it will get no receipt either, and the device signs for its absence.
    device.acked.add(report.seq)
    device.receipted.add(report.seq)
    if (report.samples > 0) signGap(device, GapCause.refused, [report])
  }
}

/**
 * The gateway's clock says that reports name epochs to come. Those that begin soon wait in the outbox; the others are given
 * up, some at a time, as a backlog may be larger than a board's memory.
 */
function holdBack(device: Device, epoch: number): void {
  const { outbox, acked, receipted, plan, settings } = device
  const far: StoredReport[] = []
  for (const report of outbox.reports(device.receiptCursor)) {
    if (acked.has(report.seq)) continue
    const ahead = epochOf(report) - epoch
    if (ahead > 0) plan.ahead = Math.max(plan.ahead, report.seq)
    if (ahead > MOST_AHEAD * settings.interval && far.length < MOST_GIVEN_UP) far.push(report)
  }
  for (const { seq } of far) {
    acked.add(seq)
    receipted.add(seq)
  }
  signGap(device, GapCause.refused, far)
}

/** Whether a report names an epoch that begins soon, but has not. */
function waits({ clock, settings, now }: Device, report: StoredReport): boolean {
  const { schedule } = clock
  if (!clock.known || !schedule) return false
  const ahead = epochOf(report) - schedule.epochAt(clock.unixMs(now))
  return ahead > 0 && ahead <= MOST_AHEAD * settings.interval
}

function epochOf({ bytes }: StoredReport): number {
  return decodeReport(partsOf(bytes).payload).epoch
}

/**
 * The gateway could not read some report of this request, not even its number. From now on reports go one by one, oldest
 * first, until the one is found: then it is refused as any other.
 */
function noteUnreadable(device: Device, reports: readonly StoredReport[], reason: number): void {
  device.plan.oneByOne = true
  const [only] = reports
  if (only && reports.length === 1) noteDurable(device, reports, new Map([[only.seq, reason]]))
}

function configure(device: Device, payload: Ack["mail"][number]["payload"]): void {
  const [batch, interval] = asArray(payload, "settings", 2, 2)
  device.settings = {
    ...device.settings,
    batch: Math.min(MAX_BATCH, Math.max(1, asUint(batch, "batch"))),
    interval: Math.max(1, asUint(interval, "interval")),
  }
  device.state.set(StateKey.settings, settingsValue(device.settings))
  device.plan.due = 0
}

/** The next instant after this wake lies at the new place; one already planned stays where it is. */
function move(device: Device, payload: Ack["mail"][number]["payload"]): void {
  const [slot] = asArray(payload, "slot", 1, 1)
  const place = Math.min(SLOT_PARTS - 1, asUint(slot, "slot"))
  device.slot = place / SLOT_PARTS
  device.state.set(StateKey.slot, place)
}
