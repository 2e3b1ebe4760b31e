/**
 * The device's store of samples not yet signed and of reports that have no receipt yet: one log in flash, in the order
 * of what happened. A report takes the oldest pending samples with it, as many as its record says.
 */
import { FIRST_HEAD } from "../protocol/report.ts"
import {
  countAfter,
  EntryType,
  encodeSample,
  encodeStored,
  mayBeReport,
  type PendingSample,
  parseReport,
  parseSample,
  REPORT_OVERHEAD,
  type StoredReport,
  type StoredSample,
  samplesBetween,
} from "./entries.ts"
import { FlashLog, type LogPosition, type Region } from "./flash/log.ts"
import type { Storage } from "./flash/storage.ts"

/** Reports kept in memory within a wake: a few KiB at most. */
const MOST_RECENT = 16
/** A sample of some channels takes no more (bytes). */
const USUAL_SAMPLE = 52

/** What retained memory keeps of the outbox. */
export interface OutboxIndex {
  position: LogPosition
  /** location of a report with nothing unreceipted before it; 0: the oldest record */
  from: number
  /** counts of samples: those taken, and those of them that reports took along */
  taken: number
  signed: number
  /** location of the first pending sample, or one before it; 0: the oldest record */
  pendingFrom: number
  /** seq of the newest report; 0: none */
  lastSeq: number
  /** after it a record decayed that may have been a report: how many samples it may have taken along; -1: none did */
  doubt: number
}

/** Reports that flash has lost: seqs from `first` to `last`, with so many samples in them. */
export interface Lost {
  first: number
  last: number
  samples: number
}

export class Outbox {
  readonly #log: FlashLog
  /** the reports of this wake, where they have been read and are few */
  #recent: StoredReport[] | undefined
  /** what stands before the first report of a walk: the report at its cursor, and whether something decayed there */
  #before: { last: Pick<StoredReport, "seq" | "upTo"> | undefined; decayed: boolean } = {
    last: undefined,
    decayed: false,
  }
  #state: Omit<OutboxIndex, "position">

  private constructor(log: FlashLog, state: Omit<OutboxIndex, "position">) {
    this.#log = log
    this.#state = state
  }

  /** Rebuilds everything from flash, with the chain's head. */
  static scan(storage: Storage, region: Region): { outbox: Outbox; head: Uint8Array } {
    const log = FlashLog.scan(storage, region)
    const state = { from: 0, taken: 0, signed: 0, pendingFrom: 0, lastSeq: 0, doubt: -1 }
    let head: Uint8Array = FIRST_HEAD
    let started = false
    for (const item of log.items()) {
      if (!item.payload) {
        if (mayBeReport(item)) state.doubt = samplesBetween(state.signed, state.taken)
        else state.taken = countAfter(state.taken, 1)
        continue
      }
      if (item.type === EntryType.sample) {
        const { count } = parseSample(item)
        if (!started) state.signed = countAfter(count, -1)
        state.taken = count
      } else {
        const report = parseReport(item)
        head = report.head
        state.lastSeq = report.seq
        state.doubt = -1
        if (!started || samplesBetween(report.upTo, state.taken) > samplesBetween(state.taken, report.upTo))
          state.taken = report.upTo
        state.signed = report.upTo
      }
      started = true
    }
    return { outbox: new Outbox(log, state), head }
  }

  static resume(storage: Storage, region: Region, { position, ...state }: OutboxIndex): Outbox | undefined {
    const log = FlashLog.resume(storage, region, position)
    return log && new Outbox(log, state)
  }

  /** Takes from retained memory what flash does not tell as well. */
  recall({ taken, signed, lastSeq, doubt }: OutboxIndex): void {
    this.#state = { ...this.#state, taken, signed, lastSeq, doubt, pendingFrom: 0 }
  }

  get index(): OutboxIndex {
    return { position: this.#log.position, ...this.#state }
  }

  /** Samples not yet signed. */
  get pending(): number {
    return samplesBetween(this.#state.signed, this.#state.taken)
  }

  get lastSeq(): number {
    return this.#state.lastSeq
  }

  /** Whether a report may have been lost of which nothing is known, and so the head of the chain; with so many samples. */
  get doubt(): number | undefined {
    return this.#state.doubt < 0 ? undefined : this.#state.doubt
  }

  /** Whether this many bytes of payload fit without giving up a sector. */
  fits(length: number): boolean {
    return this.#log.fits(length + REPORT_OVERHEAD)
  }

  /** Opens the next sector where this one has no room for a sample and a report as long as those above `cursor`. */
  openAhead(cursor: number): void {
    let longest = 0
    for (const { bytes } of this.reports(cursor)) longest = Math.max(longest, bytes.length)
    this.#log.openAhead(USUAL_SAMPLE, longest + REPORT_OVERHEAD)
  }

  addSample(sample: PendingSample): void {
    const taken = countAfter(this.#state.taken, 1)
    const { location } = this.#log.append(EntryType.sample, encodeSample(sample, taken))
    if (this.pending === 0) this.#state.pendingFrom = location
    this.#state.taken = taken
  }

  /** Pending samples that can be read, and how many before the first (all of them where there is none) cannot. */
  pendingSamples(): { lost: number; samples: StoredSample[] } {
    const { signed, pendingFrom } = this.#state
    const { pending } = this
    const samples: StoredSample[] = []
    if (pending > 0)
      for (const item of this.#log.items(pendingFrom || undefined)) {
        if (!item.payload || item.type !== EntryType.sample) continue
        const sample = parseSample(item)
        const place = samplesBetween(signed, sample.count)
        if (place > 0 && place <= pending) samples.push(sample)
      }
    const [first] = samples
    return { lost: first ? samplesBetween(signed, first.count) - 1 : pending, samples }
  }

  /**
   * Makes a report durable, and with it the chain's head, in one record. `next`: location of what stays pending. `twice`:
   * nothing else tells what it says, so a copy stands behind it.
   */
  commit(report: Pick<StoredReport, "seq" | "head" | "samples" | "bytes">, next = 0, twice = false): void {
    const { lastSeq, signed, pendingFrom } = this.#state
    const stored = { ...report, before: lastSeq, upTo: countAfter(signed, report.samples) }
    const record = encodeStored(stored)
    const { location } = this.#log.append(EntryType.report, record)
    if (twice) this.#log.append(EntryType.report, record)
    if (this.#recent && this.#recent.push({ ...stored, location }) > MOST_RECENT) this.#recent = undefined
    const { upTo } = stored
    this.#state = { ...this.#state, lastSeq: report.seq, signed: upTo, pendingFrom: next || pendingFrom, doubt: -1 }
  }

  /** Reports with a seq above `cursor`, oldest first. */
  reports(cursor: number): Iterable<StoredReport> {
    this.#recent ??= this.#readRecent(cursor)
    return this.#recent ? this.#recent.filter(({ seq }) => seq > cursor) : this.#walk(cursor)
  }

  /** How many of them are `wanted`; read one by one, as a backlog may be larger than a board's memory. */
  count(cursor: number, wanted: (seq: number) => boolean = () => true): number {
    let count = 0
    for (const { seq } of this.reports(cursor)) if (wanted(seq)) count++
    return count
  }

  /**
   * Reports above `cursor` that were in flash and cannot be read any more: the next one names the seq before it, and
   * counts samples. Where records were given up with their sector, nothing is left to say so, and it is not said.
   */
  lost(cursor: number): Lost[] {
    const lost: Lost[] = []
    let last: Pick<StoredReport, "seq" | "upTo"> | undefined
    for (const report of this.reports(cursor)) {
      const { seq, before, samples, upTo } = report
      // Without the report at the cursor nobody knows how many samples were with the first ones.
      if (!last) last = this.#before.last ?? (this.#before.decayed ? { seq: cursor, upTo: upTo - samples } : undefined)
      if (last && before !== undefined && before > last.seq)
        lost.push({ first: last.seq + 1, last: seq - 1, samples: samplesBetween(countAfter(last.upTo, samples), upTo) })
      last = report
    }
    return lost
  }

  /** Lets later walks start at `location`: nothing before it matters any more; 0: start from the oldest again. */
  startAt(location: number): void {
    this.#state.from = location
    if (location === 0) this.#recent = undefined
  }

  /** The reports that `reclaim` would give up. */
  oldestReports(): StoredReport[] {
    const reports = this.#log
      .oldest()
      .filter(({ type }) => type === EntryType.report)
      .map(parseReport)
    return reports.filter(({ seq }, i) => seq !== reports[i - 1]?.seq)
  }

  /** What is committed from now on `reclaim` does not give up. */
  leaveOldest(): void {
    this.#log.leaveOldest()
  }

  reclaim(): void {
    if (this.#log.isOldest(this.#state.from)) this.#state.from = 0
    if (this.#log.isOldest(this.#state.pendingFrom)) this.#state.pendingFrom = 0
    this.#log.reclaim()
    this.#recent = undefined
  }

  *#walk(cursor: number): Generator<StoredReport> {
    this.#before = { last: undefined, decayed: false }
    let newest = cursor
    for (const item of this.#log.items(this.#state.from || undefined)) {
      if (!item.payload) this.#before.decayed ||= mayBeReport(item)
      else if (item.type === EntryType.report) {
        const report = parseReport(item)
        if (report.seq <= cursor) this.#before.last = report
        else if (report.seq > newest) yield report
        newest = Math.max(newest, report.seq)
      }
    }
  }

  /** All of them where they are few, which is nearly always: then a wake reads them from flash once. */
  #readRecent(cursor: number): StoredReport[] | undefined {
    const recent: StoredReport[] = []
    for (const report of this.#walk(cursor)) if (recent.push(report) > MOST_RECENT) return undefined
    return recent
  }
}
