/**
 * The device's store of samples not yet signed and of reports that have no receipt yet: one log in flash, in the order
 * of what happened. A report takes the oldest pending samples with it, as many as its record says.
 */
import { uintBytes } from "../protocol/bytes.ts"
import { decode, encode } from "../protocol/cbor/index.ts"
import { FIRST_HEAD, HEAD_LENGTH } from "../protocol/report.ts"
import { asArray, asInt, asUint } from "../protocol/shape.ts"
import { FlashLog, type LogEntry, type LogPosition, type Region } from "./flash/log.ts"
import type { Storage } from "./flash/storage.ts"

const EntryType = { sample: 1, report: 2 } as const
const SEQ_LENGTH = 6
const COUNT_LENGTH = 2
/** Reports kept in memory within a wake: a few KiB at most. */
const MOST_RECENT = 16

/** A sample before it is signed. */
export interface PendingSample {
  /** 0: `ticks` counts from the unix epoch; else the boot since which it counts */
  boot: number
  ticks: number
  values: (number | null)[]
}

export interface StoredReport {
  seq: number
  /** head of the hash chain behind it, 8 bytes */
  head: Uint8Array
  /** samples it carries: committing it takes them out of the pending ones */
  samples: number
  /** `payload || r || s` */
  bytes: Uint8Array
  location: number
}

/** What retained memory keeps of the outbox. */
export interface OutboxIndex {
  position: LogPosition
  /** location of a report with nothing unreceipted before it; 0: the oldest record */
  from: number
  /** samples not yet signed, and the location of the first; 0 where there is none */
  pending: number
  pendingFrom: number
}

export class Outbox {
  readonly #log: FlashLog
  /** the reports of this wake, where they have been read and are few */
  #recent: StoredReport[] | undefined
  #from = 0
  #pending = 0
  #pendingFrom = 0

  private constructor(log: FlashLog) {
    this.#log = log
  }

  /** Rebuilds everything from flash, with the chain's head and the seq of the newest report there. */
  static scan(storage: Storage, region: Region): { outbox: Outbox; head: Uint8Array; lastSeq: number } {
    const outbox = new Outbox(FlashLog.scan(storage, region))
    let head: Uint8Array = FIRST_HEAD
    let lastSeq = 0
    let pending: number[] = []
    for (const entry of outbox.#log.entries()) {
      if (entry.type === EntryType.sample) pending.push(entry.location)
      else {
        const report = parseReport(entry)
        pending = pending.slice(report.samples)
        head = report.head
        lastSeq = report.seq
      }
    }
    outbox.#pending = pending.length
    outbox.#pendingFrom = pending[0] ?? 0
    return { outbox, head, lastSeq }
  }

  static resume(storage: Storage, region: Region, index: OutboxIndex): Outbox | undefined {
    const log = FlashLog.resume(storage, region, index.position)
    if (!log) return undefined
    const outbox = new Outbox(log)
    outbox.#from = index.from
    outbox.#pending = index.pending
    outbox.#pendingFrom = index.pendingFrom
    return outbox
  }

  get index(): OutboxIndex {
    return {
      position: this.#log.position,
      from: this.#from,
      pending: this.#pending,
      pendingFrom: this.#pending ? this.#pendingFrom : 0,
    }
  }

  /** Samples not yet signed. */
  get pending(): number {
    return this.#pending
  }

  /** Whether this many bytes of payload fit without giving up a sector. */
  fits(length: number): boolean {
    return this.#log.fits(length + SEQ_LENGTH + HEAD_LENGTH + COUNT_LENGTH)
  }

  addSample({ boot, ticks, values }: PendingSample): void {
    const { location } = this.#log.append(EntryType.sample, encode([boot, ticks, values]))
    if (this.#pending++ === 0) this.#pendingFrom = location
  }

  pendingSamples(): PendingSample[] {
    return this.#pendingEntries().map(parseSample)
  }

  /** Makes a report durable, and with it the chain's head, in one record. */
  commit({ seq, head, samples, bytes }: Omit<StoredReport, "location">): void {
    const next = samples > 0 && samples < this.#pending ? this.#pendingEntries()[samples]!.location : this.#pendingFrom
    const payload = new Uint8Array(SEQ_LENGTH + HEAD_LENGTH + COUNT_LENGTH + bytes.length)
    payload.set(uintBytes(seq, SEQ_LENGTH))
    payload.set(head, SEQ_LENGTH)
    payload.set(uintBytes(samples, COUNT_LENGTH), SEQ_LENGTH + HEAD_LENGTH)
    payload.set(bytes, SEQ_LENGTH + HEAD_LENGTH + COUNT_LENGTH)
    const { location } = this.#log.append(EntryType.report, payload)
    if (this.#recent && this.#recent.push({ seq, head, samples, bytes, location }) > MOST_RECENT)
      this.#recent = undefined
    this.#pending -= samples
    this.#pendingFrom = next
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

  /** Lets later walks start at `location`: nothing before it matters any more; 0: start from the oldest again. */
  startAt(location: number): void {
    this.#from = location
    if (location === 0) this.#recent = undefined
  }

  /** The reports that `reclaim` would give up. */
  oldestReports(): StoredReport[] {
    return this.#log
      .oldest()
      .entries.filter(({ type }) => type === EntryType.report)
      .map(parseReport)
  }

  reclaim(): void {
    if (this.#log.oldest().entries.some(({ location }) => location === this.#from)) this.#from = 0
    this.#log.reclaim()
    this.#recent = undefined
  }

  *#walk(cursor: number): Generator<StoredReport> {
    for (const entry of this.#log.entries(this.#from || undefined)) {
      if (entry.type !== EntryType.report) continue
      const report = parseReport(entry)
      if (report.seq > cursor) yield report
    }
  }

  /** All of them where they are few, which is nearly always: then a wake reads them from flash once. */
  #readRecent(cursor: number): StoredReport[] | undefined {
    const recent: StoredReport[] = []
    for (const report of this.#walk(cursor)) if (recent.push(report) > MOST_RECENT) return undefined
    return recent
  }

  #pendingEntries(): LogEntry[] {
    if (this.#pending === 0) return []
    return [...this.#log.entries(this.#pendingFrom)].filter(({ type }) => type === EntryType.sample)
  }
}

function parseSample({ payload }: LogEntry): PendingSample {
  const [boot, ticks, values] = asArray(decode(payload), "sample", 3, 3)
  return {
    boot: asUint(boot, "boot"),
    ticks: asUint(ticks, "ticks"),
    values: asArray(values, "values").map((value) => (value === null ? null : asInt(value, "value"))),
  }
}

function parseReport({ payload, location }: LogEntry): StoredReport {
  const uint = (from: number, to: number) => payload.subarray(from, to).reduce((sum, byte) => sum * 256 + byte, 0)
  const body = SEQ_LENGTH + HEAD_LENGTH
  return {
    seq: uint(0, SEQ_LENGTH),
    head: payload.slice(SEQ_LENGTH, body),
    samples: uint(body, body + COUNT_LENGTH),
    bytes: payload.slice(body + COUNT_LENGTH),
    location,
  }
}
