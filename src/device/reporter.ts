/** Makes reports: takes samples, signs what is pending, names what could not be kept. */
import { MAX_BODY } from "../protocol/coap.ts"
import { joinSigned, partsOf } from "../protocol/cose.ts"
import {
  decodeReport,
  encodeReport,
  GapCause,
  headAfter,
  Kind,
  type Report,
  type ReportTime,
  signPayload,
  TICK_MS,
} from "../protocol/report.ts"
import type { Device } from "./device.ts"
import { type PendingSample, type StoredReport, type StoredSample, samplesBetween } from "./entries.ts"
import { FIRMWARE } from "./firmware.ts"
import { signingContext } from "./identity.ts"

const DAY_MS = 86_400_000
/** Samples a report at most; with the channels of a profile that keeps reports below one datagram. */
export const MAX_BATCH = 64
/** Room that a report, and a sample, may take in flash (bytes). */
const MAX_REPORT = MAX_BODY
const MAX_SAMPLE = 512

type Body = Report extends infer R ? (R extends Report ? Omit<R, "seq" | "prev" | "epoch" | "at"> : never) : never
type GapRecord = Extract<Report, { kind: typeof Kind.gap }>

/** Takes one sample into the outbox; `false` where the sensor has no more. */
export function takeSample(device: Device): boolean {
  const { board, provisioning, outbox } = device
  const measured = board.sensor.sample()
  if (!measured) return false
  const values = provisioning.profile.map(({ exponent }, channel) => scale(measured[channel] ?? null, exponent))
  makeRoom(device, MAX_SAMPLE)
  outbox.addSample({ ...nowTicks(device), values })
  board.trace({ e: "sample", n: outbox.pending })
  return true
}

/** Signs all pending samples: one report for each run that shares its time base and its missing channels. */
export function signPending(device: Device): void {
  const { outbox } = device
  while (outbox.pending > 0) {
    const { lost, samples } = outbox.pendingSamples()
    if (lost > 0) {
      signRange(device, GapCause.unreadable, 0, 0, lost, lost)
      continue
    }
    const run = samples.findIndex((sample, i) => i > 0 && !follows(samples[i - 1]!, sample))
    const batch = samples.slice(0, Math.min(run < 0 ? samples.length : run, MAX_BATCH))
    const steps = batch.slice(1).map((sample, i) => Math.max(0, sample.ticks - batch[i]!.ticks))
    const { epoch, at } = timeOf(device, batch[0]!)
    const values = batch.map((sample) => sample.values)
    const body = { kind: Kind.samples, step: steps.length ? steps : 0, samples: values } as const
    sign(device, body, batch.length, epoch, at, samples[batch.length]?.location)
  }
}

/** Once a day, and after every cold boot but the first; what must not decay twice is looked after as often. */
export function signStatusIfDue(device: Device): void {
  const { board, clock, plan, outbox } = device
  if (!clock.known) return
  const unixMs = clock.unixMs(device.now)
  if (plan.statusAt < 0) plan.statusAt = unixMs
  if (unixMs < plan.statusAt + DAY_MS) return
  plan.statusAt = unixMs
  device.state.mend()
  signNow(device, {
    kind: Kind.status,
    batteryMillivolts: board.power.batteryMillivolts,
    firmware: FIRMWARE,
    skewPpb: clock.skewPpb,
    outbox: outbox.count(device.receiptCursor),
    resets: plan.boots - 1,
    lastAnchor: plan.lastAnchor,
  })
}

/**
 * Names reports that will never be sent (again), so that their absence is signed for. A gap record among them hands on
 * what it named.
 */
export function signGap(device: Device, cause: number, lost: readonly StoredReport[]): void {
  if (lost.length === 0) return
  const named = lost.map(({ seq, samples, bytes }) => {
    const report = decodeReport(partsOf(bytes).payload)
    return report.kind === Kind.gap
      ? { first: report.firstSeq || seq, last: seq, samples: report.samples }
      : { first: seq, last: seq, samples }
  })
  const last = Math.max(...named.map((range) => range.last))
  // Up to the next report: the gateway sees that no number in between is missing.
  const next = firstAbove(device, last)
  signRange(
    device,
    cause,
    Math.min(...named.map(({ first }) => first)),
    (next?.seq ?? device.seqs.next) - 1,
    named.reduce((sum, { samples }) => sum + samples, 0),
  )
}

function firstAbove({ outbox, receiptCursor }: Device, seq: number): StoredReport | undefined {
  for (const report of outbox.reports(receiptCursor)) if (report.seq > seq) return report
  return undefined
}

/** Names what flash has lost: reports, as those around them tell, and one at the end that nothing tells of. */
export function signLosses(device: Device): void {
  const { outbox, receiptCursor, seqs } = device
  const { doubt } = outbox
  if (doubt !== undefined) {
    makeRoom(device, MAX_REPORT)
    signRange(device, GapCause.unreadable, outbox.lastSeq + 1, seqs.next - 1, doubt, doubt)
  }
  const lost = outbox.lost(receiptCursor)
  if (lost.length === 0) return
  const gaps = gapRecords(device)
  for (const { first, last, samples } of lost) {
    if (gaps.some(({ firstSeq, lastSeq }) => firstSeq <= last && lastSeq >= last)) continue
    makeRoom(device, MAX_REPORT)
    signRange(device, GapCause.unreadable, first, last, samples)
    // It may have been a gap record: what that named goes out again, or is named again.
    device.acked.cutAbove(device.receiptCursor)
    device.receipted.cutAbove(device.receiptCursor)
  }
}

function gapRecords({ outbox, receiptCursor }: Device): GapRecord[] {
  const gaps: GapRecord[] = []
  for (const { bytes } of outbox.reports(receiptCursor)) {
    const report = decodeReport(partsOf(bytes).payload)
    if (report.kind === Kind.gap) gaps.push(report)
  }
  return gaps
}

/** `unsigned`: so many of the samples were pending until now. */
function signRange(
  device: Device,
  cause: number,
  firstSeq: number,
  lastSeq: number,
  samples: number,
  unsigned = 0,
): void {
  signNow(device, { kind: Kind.gap, cause, firstSeq, lastSeq, samples }, unsigned)
}

function signNow(device: Device, body: Body, consumed = 0): void {
  const { epoch, at } = timeOf(device, nowTicks(device))
  sign(device, body, consumed, epoch, at)
}

/** Reserve the number, sign, commit to flash with the chain's new head: only then may anything be sent. */
function sign(device: Device, body: Body, consumed: number, epoch: number, at: ReportTime, next?: number): void {
  const { board, seqs, identity, provisioning, outbox } = device
  if (body.kind !== Kind.gap) makeRoom(device, MAX_REPORT)
  const seq = seqs.take()
  const payload = encodeReport({ ...body, seq, epoch, at, prev: device.head } as Report)
  const signed = signPayload(board.crypto, signingContext(provisioning, identity), identity.secretKey, payload)
  const head = headAfter(board.crypto, signed)
  const bytes = joinSigned(signed)
  // What it names is erased next.
  const twice = body.kind === Kind.gap && body.cause === GapCause.outboxFull
  outbox.commit({ seq, head, samples: consumed, bytes }, next, twice)
  device.head = head
  board.trace({ e: "signed", seq, epoch, kind: body.kind, samples: consumed, bytes: bytes.length })
}

/**
 * Gives up the oldest sector of the outbox until `length` bytes fit. Reports in it that the gateway has are only
 * forgotten; the others are named in a gap record first, so that a power cut in between loses no account of them.
 */
function makeRoom(device: Device, length: number): void {
  const { outbox, acked, receiptCursor } = device
  while (!outbox.fits(length)) {
    outbox.leaveOldest()
    const lost = outbox.oldestReports().filter(({ seq }) => seq > receiptCursor && !acked.has(seq))
    signGap(device, GapCause.outboxFull, lost)
    for (const { seq } of lost) acked.add(seq)
    outbox.reclaim()
  }
}

/**
 * What the next sample and report need, once this wake's are sent: what lies between waking and the slot must take as
 * long each time, and an erase takes tens of milliseconds.
 */
export function makeRoomAhead(device: Device): void {
  makeRoom(device, MAX_SAMPLE + MAX_REPORT)
  device.outbox.openAhead(device.receiptCursor)
}

function timeOf(
  device: Device,
  { boot, ticks }: Pick<PendingSample, "boot" | "ticks">,
): { epoch: number; at: ReportTime } {
  const { schedule } = device.clock
  if (boot || !schedule) return { epoch: 0, at: [boot, ticks] }
  const epoch = Math.max(1, schedule.epochAt(ticks * TICK_MS))
  return { epoch, at: Math.max(0, Math.round(ticks - schedule.startOf(epoch) / TICK_MS)) }
}

function nowTicks(device: Device): Pick<PendingSample, "boot" | "ticks"> {
  const { clock, plan, now } = device
  return clock.known
    ? { boot: 0, ticks: Math.round(clock.unixMs(now) / TICK_MS) }
    : { boot: plan.boots, ticks: Math.round(now / (1000 * TICK_MS)) }
}

/** Whether two samples can stand in one report, one right behind the other. */
function follows(a: StoredSample, b: StoredSample): boolean {
  return (
    samplesBetween(a.count, b.count) === 1 &&
    a.boot === b.boot &&
    a.values.every((value, channel) => (value === null) === (b.values[channel] === null))
  )
}

/** A reading as the integer that travels; what is not a finite number is a missing one. */
function scale(reading: number | null, exponent: number): number | null {
  if (reading === null || !Number.isFinite(reading)) return null
  return Math.round(exponent < 0 ? reading * 10 ** -exponent : reading / 10 ** exponent)
}
