/** The two kinds of record in the outbox, as bytes. */
import { uintBytes } from "../protocol/bytes.ts"
import { decode, encode } from "../protocol/cbor/index.ts"
import { HEAD_LENGTH } from "../protocol/report.ts"
import { asArray, asInt, asUint } from "../protocol/shape.ts"
import type { Damage } from "./flash/damage.ts"
import type { LogEntry } from "./flash/log.ts"

export const EntryType = { sample: 1, report: 2 } as const

/** Samples are counted modulo this, from 1: what is missing between two records shows. */
const COUNT = 65_536
/** A report's record: seq(6) head(8) samples(2) distance to the seq before(2) count(2) report. */
const SEQ_LENGTH = 6
const HEAD_AT = SEQ_LENGTH
const SAMPLES_AT = HEAD_AT + HEAD_LENGTH
const BEFORE_AT = SAMPLES_AT + 2
const UP_TO_AT = BEFORE_AT + 2
/** Bytes beside the report. */
export const REPORT_OVERHEAD = UP_TO_AT + 2
/** A decayed record whose type cannot be read was a sample where it took no more. */
const MOST_SAMPLE = 64

/** A sample before it is signed. */
export interface PendingSample {
  /** 0: `ticks` counts from the unix epoch; else the boot since which it counts */
  boot: number
  ticks: number
  values: (number | null)[]
}

export interface StoredSample extends PendingSample {
  /** how many samples the device had taken with it */
  count: number
  location: number
}

export interface StoredReport {
  seq: number
  /** head of the hash chain behind it, 8 bytes */
  head: Uint8Array
  /** samples it carries or names as unreadable: committing it takes them out of the pending ones */
  samples: number
  /** `payload || r || s` */
  bytes: Uint8Array
  /** seq of the report signed before it; `undefined`: too far away to tell */
  before: number | undefined
  /** count of the last sample that it took along, or that was taken along before it */
  upTo: number
  location: number
}

/** How many samples lie between two counts, both taken modulo 65,536. */
export function samplesBetween(from: number, to: number): number {
  return (to - from + COUNT) % COUNT
}

export function countAfter(count: number, samples: number): number {
  return (count + samples) % COUNT
}

export function encodeSample({ boot, ticks, values }: PendingSample, count: number): Uint8Array {
  return encode([boot, ticks, values, count])
}

export function parseSample({ payload, location }: LogEntry): StoredSample {
  const [boot, ticks, values, count] = asArray(decode(payload), "sample", 4, 4)
  return {
    boot: asUint(boot, "boot"),
    ticks: asUint(ticks, "ticks"),
    values: asArray(values, "values").map((value) => (value === null ? null : asInt(value, "value"))),
    count: asUint(count, "count"),
    location,
  }
}

export function encodeStored({ seq, before, head, samples, upTo, bytes }: Omit<StoredReport, "location">): Uint8Array {
  const out = new Uint8Array(REPORT_OVERHEAD + bytes.length)
  const distance = before === undefined || seq - before >= COUNT ? 0 : seq - before
  out.set(uintBytes(seq, SEQ_LENGTH))
  out.set(head, HEAD_AT)
  for (const [at, count] of [
    [SAMPLES_AT, samples] as const,
    [BEFORE_AT, distance] as const,
    [UP_TO_AT, upTo] as const,
  ]) {
    out[at] = count >> 8
    out[at + 1] = count & 255
  }
  out.set(bytes, REPORT_OVERHEAD)
  return out
}

export function parseReport({ payload, location }: LogEntry): StoredReport {
  const seq = payload.subarray(0, SEQ_LENGTH).reduce((sum, byte) => sum * 256 + byte, 0)
  const distance = payload[BEFORE_AT]! * 256 + payload[BEFORE_AT + 1]!
  return {
    seq,
    head: payload.slice(HEAD_AT, SAMPLES_AT),
    samples: payload[SAMPLES_AT]! * 256 + payload[SAMPLES_AT + 1]!,
    before: distance === 0 ? undefined : seq - distance,
    upTo: payload[UP_TO_AT]! * 256 + payload[UP_TO_AT + 1]!,
    bytes: payload.slice(REPORT_OVERHEAD),
    location,
  }
}

/** Whether a decayed record may have been a report. */
export function mayBeReport({ type, size }: Damage): boolean {
  if (type === EntryType.report) return true
  return type !== EntryType.sample && size > MOST_SAMPLE
}
