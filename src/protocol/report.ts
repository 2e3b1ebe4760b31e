/** A report: one signed message of a device, and the unit of proof (docs/protocol.md §3). */
import { type CborValue, decode, encode } from "./cbor/index.ts"
import { coseSign1, type Signed, type SigningContext, signingDigest } from "./cose.ts"
import type { Crypto } from "./crypto.ts"
import { DormouseError } from "./errors.ts"
import { type Batch, decodeBatch, encodeBatch } from "./samples.ts"
import { asArray, asBytes, asInt, asText, asUint } from "./shape.ts"

/** First field of a payload; it also names the version of the layout. */
export const Kind = { hello: 0, samples: 1, gap: 2, status: 3 } as const

/** Why samples or reports were not kept. */
export const GapCause = { outboxFull: 1, refused: 2, unreadable: 3 } as const

export const HEAD_LENGTH = 8
/** `prev` of a device's first report. */
export const FIRST_HEAD = new Uint8Array(HEAD_LENGTH)

/** Length of a tick, the unit of device time, in milliseconds. */
export const TICK_MS = 10

/** 497 days: what a device claims can always be written as a date. */
const MAX_TICKS = 0xffffffff

/** Ticks since the epoch's start; where the device does not know the time (epoch 0): boot count, ticks since boot. */
export type ReportTime = number | readonly [boot: number, ticks: number]

interface Common {
  /** from 1, never repeated; may have holes */
  seq: number
  /** 0: the device did not know the time */
  epoch: number
  /** head of the hash chain before this report, 8 bytes */
  prev: Uint8Array
  at: ReportTime
}

export interface SamplesReport extends Common, Batch {
  kind: typeof Kind.samples
}

export interface GapReport extends Common {
  kind: typeof Kind.gap
  /** one of `GapCause` */
  cause: number
  /** signed reports that were given up, by seq; 0 and 0 where samples were lost unsigned */
  firstSeq: number
  lastSeq: number
  /** how many samples are lost with them */
  samples: number
}

export interface StatusReport extends Common {
  kind: typeof Kind.status
  batteryMillivolts: number
  firmware: string
  /** oscillator's rate against the gateway's, in parts per billion */
  skewPpb: number
  /** reports waiting for a receipt */
  outbox: number
  /** cold boots since enrolment */
  resets: number
  /** hash of the last anchor the device was shown: its witness of the chain */
  lastAnchor: Uint8Array | null
}

export type Report = SamplesReport | GapReport | StatusReport

export function encodeReport(report: Report): Uint8Array {
  const { kind, seq, epoch, prev, at } = report
  return encode([kind, seq, epoch, prev, typeof at === "number" ? at : [...at], ...body(report)])
}

function body(report: Report): CborValue[] {
  switch (report.kind) {
    case Kind.samples:
      return encodeBatch(report)
    case Kind.gap:
      return [report.cause, report.firstSeq, report.lastSeq, report.samples]
    case Kind.status: {
      const { batteryMillivolts, firmware, skewPpb, outbox, resets, lastAnchor } = report
      return [batteryMillivolts, firmware, skewPpb, outbox, resets, lastAnchor]
    }
  }
}

/** Throws `E_CBOR_*`, `E_MESSAGE`, `E_SAMPLES` or `E_REPORT_KIND`. */
export function decodeReport(payload: Uint8Array): Report {
  const [kind, seq, epoch, prev, at, ...rest] = asArray(decode(payload), "report", 6, 16)
  const common = {
    seq: asUint(seq, "seq"),
    epoch: asUint(epoch, "epoch"),
    prev: asBytes(prev, "prev", HEAD_LENGTH),
    at: decodeTime(at, epoch === 0),
  }
  if (common.seq === 0) throw new DormouseError("E_MESSAGE", "seq: 0 is not a report's number, they start at 1.")
  switch (kind) {
    case Kind.samples:
      return { kind, ...common, ...decodeBatch(rest) }
    case Kind.gap: {
      const [cause, firstSeq, lastSeq, samples] = asArray(rest, "gap", 4, 4)
      // a gap names reports before itself
      const last = asUint(lastSeq, "last seq", common.seq - 1)
      return {
        kind,
        ...common,
        cause: asUint(cause, "cause"),
        firstSeq: asUint(firstSeq, "first seq", last),
        lastSeq: last,
        samples: asUint(samples, "samples"),
      }
    }
    case Kind.status: {
      const [battery, firmware, skew, outbox, resets, lastAnchor] = asArray(rest, "status", 6, 6)
      return {
        kind,
        ...common,
        batteryMillivolts: asUint(battery, "battery"),
        firmware: asText(firmware, "firmware"),
        skewPpb: asInt(skew, "skew"),
        outbox: asUint(outbox, "outbox"),
        resets: asUint(resets, "resets"),
        lastAnchor: lastAnchor === null ? null : asBytes(lastAnchor, "last anchor", 32),
      }
    }
    default:
      throw new DormouseError("E_REPORT_KIND", `Report of kind ${String(kind)}: 1 samples, 2 gap, 3 status are known.`)
  }
}

function decodeTime(at: CborValue | undefined, timeUnknown: boolean): ReportTime {
  if (!timeUnknown) return asUint(at, "at", MAX_TICKS)
  const [boot, ticks] = asArray(at, "at", 2, 2)
  return [asUint(boot, "boot count"), asUint(ticks, "ticks since boot", MAX_TICKS)]
}

/** Signs a payload for `context`; the wire form is `joinSigned`. */
export function signPayload(
  crypto: Crypto,
  context: SigningContext,
  secretKey: Uint8Array,
  payload: Uint8Array,
): Signed {
  const signature = crypto.sign(signingDigest(crypto, context, payload), secretKey).slice(0, 64)
  return { payload, signature }
}

/** Whether the holder of `publicKey` signed this payload in this context (low s only). */
export function verifySigned(
  crypto: Crypto,
  context: SigningContext,
  publicKey: Uint8Array,
  { payload, signature }: Signed,
): boolean {
  return crypto.verify(signature, signingDigest(crypto, context, payload), publicKey)
}

/** Head of the hash chain behind a report: first 8 bytes of SHA-256 over its COSE_Sign1. */
export function headAfter(crypto: Crypto, signed: Signed): Uint8Array {
  return crypto.sha256(coseSign1(signed)).slice(0, HEAD_LENGTH)
}
