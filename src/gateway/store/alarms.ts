/**
 * What devices say that contradicts the chain. A status report signs the hash of the last anchor that the device was
 * shown; a receipt cursor says up to where it holds receipts. Each must fit what this gateway has.
 */
import { createHash } from "node:crypto"
import type { DatabaseSync } from "node:sqlite"
import { toHex } from "../../protocol/bytes.ts"
import { splitSigned } from "../../protocol/cose.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import { anchorHash } from "../../protocol/receipt.ts"
import { decodeReport, Kind } from "../../protocol/report.ts"
import type { Anchors } from "./anchors.ts"
import type { Device } from "./devices.ts"
import type { Incarnations } from "./incarnations.ts"
import type { CheckedReport } from "./reports.ts"

/** `witness`: signed for an anchor that is none of ours. `receipts`: holds receipts beyond the last report here. */
export type AlarmKind = "witness" | "receipts"

export interface Alarm {
  device: number
  kind: AlarmKind
  /** witness: seq of the status report; receipts: the cursor */
  seq: number
  /** witness: the anchor hash; receipts: highest seq held, decimal */
  value: string
  /** unix ms */
  gatewayTime: number
  incarnation: number
  /** 1: the restore that this incarnation began with explains it, if it was one */
  afterRestore: number
  /** witness: the evidence, `payload || r || s` */
  bytes: Uint8Array | null
}

/** The store has no crypto port; the hash that links anchors is all it needs. */
const crypto = { sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()) } as Crypto

export class Alarms {
  readonly #anchors: Anchors
  readonly #incarnations: Incarnations
  readonly #continued
  readonly #shownSince
  readonly #add
  readonly #fallKnown
  readonly #all
  readonly #count
  readonly #falls
  /** Highest seq refused for good: a device's cursor passes it without a receipt. Forgotten with the process. */
  readonly #refused = new Map<number, number>()

  constructor(database: DatabaseSync, anchors: Anchors, incarnations: Incarnations) {
    this.#anchors = anchors
    this.#incarnations = incarnations
    const prepare = (sql: string) => database.prepare(sql)
    this.#continued = prepare("SELECT 1 FROM anchors WHERE previous = ? LIMIT 1")
    this.#shownSince = prepare("SELECT 1 FROM reports WHERE device = ? AND seq <= ? AND anchor >= ? LIMIT 1")
    this.#add = prepare("INSERT OR IGNORE INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?)")
    this.#fallKnown = prepare("SELECT 1 FROM alarms WHERE device = ? AND kind = 'receipts' AND incarnation = ?")
    this.#all = prepare(`
      SELECT a.*, CASE a.kind WHEN 'witness' THEN r.bytes END AS bytes
      FROM alarms a LEFT JOIN reports r ON r.device = a.device AND r.seq = a.seq
      ORDER BY a.gatewayTime DESC, a.device, a.seq LIMIT ?`)
    this.#falls = prepare("SELECT count(*) AS count FROM alarms WHERE kind = 'receipts'")
    this.#count = prepare(`
      SELECT count(*) FILTER (WHERE kind = 'witness' AND afterRestore = 0) AS witness,
             count(*) FILTER (WHERE kind = 'receipts' AND afterRestore = 0) AS receipts,
             count(*) FILTER (WHERE afterRestore = 1) AS afterRestore FROM alarms`)
  }

  /** Looks at a report that was just stored. */
  report(device: Device, { kind, seq, bytes }: CheckedReport, gatewayTime: number): void {
    if (kind !== Kind.status) return
    const report = decodeReport(splitSigned(bytes).payload)
    if (report.kind !== Kind.status || !report.lastAnchor || this.#isOurs(report.lastAnchor)) return
    const { number, firstEpoch } = this.#incarnations.current
    // A restored gateway's devices name anchors of the lost life until they have seen one of this.
    const explained = number > 1 && !this.#shownSince.get(device.id, device.receiptCursor, firstEpoch)
    this.#add.run(device.id, "witness", seq, toHex(report.lastAnchor), gatewayTime, number, Number(explained))
  }

  refused(deviceId: number, seq: number): void {
    this.#refused.set(deviceId, Math.max(seq, this.#refused.get(deviceId) ?? 0))
  }

  /** Looks at the receipt cursor of an authentic request, before what it brought is stored. */
  cursor(device: Device, receiptCursor: number, gatewayTime: number): void {
    if (receiptCursor <= Math.max(device.lastSeq, this.#refused.get(device.id) ?? 0)) return
    const { number } = this.#incarnations.current
    if (this.#fallKnown.get(device.id, number)) return
    const [held, restored] = [String(device.lastSeq), Number(number > 1)]
    this.#add.run(device.id, "receipts", receiptCursor, held, gatewayTime, number, restored)
  }

  /** Latest first. */
  all(limit: number): Alarm[] {
    return this.#all.all(limit) as unknown as Alarm[]
  }

  /** Those that no restore explains, by kind, and those that one may. */
  counts(): { witness: number; receipts: number; afterRestore: number } {
    return { ...this.#count.get() } as never
  }

  /** How often a device came with receipts for what was gone. */
  falls(): number {
    return this.#falls.get()!.count as number
  }

  /** Every anchor but the last is named by the one that continues it. */
  #isOurs(hash: Uint8Array): boolean {
    if (this.#continued.get(hash)) return true
    const last = this.#anchors.last()
    return last !== undefined && toHex(anchorHash(crypto, last)) === toHex(hash)
  }
}
