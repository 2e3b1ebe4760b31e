import type { DatabaseSync } from "node:sqlite"
import { equalBytes } from "../../protocol/bytes.ts"
import { ChainLink, type Link } from "./chain-link.ts"
import type { Device } from "./devices.ts"

/** A report that was checked and is ready to be kept. */
export interface CheckedReport extends Link {
  kind: number
  epoch: number
  /** `payload || r || s` */
  bytes: Uint8Array
}

export interface StoredReport {
  seq: number
  kind: number
  epoch: number
  role: number
  /** unix ms */
  gatewayTime: number
  bytes: Uint8Array
  /** epoch of the anchor it stands under; null: none yet */
  anchor: number | null
  leaf: number | null
}

/** `stored`: new. `repeat`: held already, byte for byte. `fork`: another report of this seq is held. */
export type Outcome = "stored" | "repeat" | "fork"

export interface Fork {
  seq: number
  cause: "sameSeq" | "samePrev" | "order"
  /** seq of the stored report that it contradicts */
  other: number
  gatewayTime: number
  bytes: Uint8Array
}

/** The set of reports, keyed (device, seq), and the evidence against devices whose reports contradict each other. */
export class Reports {
  readonly link: ChainLink
  readonly #insert
  readonly #bytes
  readonly #one
  readonly #range
  readonly #receiptsDue
  readonly #addFork
  readonly #forks
  readonly #allForks
  readonly #forksOf

  constructor(database: DatabaseSync) {
    this.link = new ChainLink(database)
    const columns = "seq, kind, epoch, role, gatewayTime, bytes, anchor, leaf"
    this.#insert = database.prepare(
      `INSERT INTO reports (device, seq, kind, epoch, role, gatewayTime, prev, head, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device, seq) DO NOTHING`,
    )
    this.#bytes = database.prepare("SELECT bytes FROM reports WHERE device = ? AND seq = ?")
    this.#one = database.prepare(`SELECT ${columns} FROM reports WHERE device = ? AND seq = ?`)
    this.#range = database.prepare(`SELECT ${columns} FROM reports WHERE device = ? AND seq >= ? ORDER BY seq LIMIT ?`)
    this.#receiptsDue = database.prepare(
      `SELECT ${columns} FROM reports WHERE device = ? AND seq > ? AND seq <= ? AND anchor <= ? ORDER BY seq LIMIT ?`,
    )
    this.#addFork = database.prepare("INSERT OR IGNORE INTO forks VALUES (?, ?, ?, ?, ?, ?, ?)")
    this.#forks = database.prepare(
      "SELECT seq, cause, other, gatewayTime, bytes FROM forks WHERE device = ? ORDER BY seq, cause LIMIT ?",
    )
    this.#allForks = database.prepare("SELECT count(*) AS count FROM forks")
    this.#forksOf = database.prepare("SELECT count(*) AS count FROM forks WHERE device = ?")
  }

  /** Keeps one report; the caller saves the device in the same transaction. */
  add(device: Device, report: CheckedReport, gatewayTime: number): Outcome {
    const { seq, kind, epoch, prev, head, bytes } = report
    const evidence = (cause: Fork["cause"], other: number) =>
      this.#addFork.run(device.id, seq, head, cause, other, gatewayTime, bytes)
    const added = this.#insert.run(device.id, seq, kind, epoch, device.role, gatewayTime, prev, head, bytes)
    if (added.changes === 0) {
      if (equalBytes(this.#bytes.get(device.id, seq)!.bytes as Uint8Array, bytes)) return "repeat"
      return evidence("sameSeq", seq).changes === 0 ? "repeat" : "fork"
    }
    device.stored++
    device.lastEpoch = Math.max(device.lastEpoch, epoch)
    const contradiction = this.link.add(device, report)
    if (contradiction) evidence(contradiction.cause, contradiction.other)
    return "stored"
  }

  get(device: Device, seq: number): StoredReport | undefined {
    return this.#one.get(device.id, seq) as unknown as StoredReport | undefined
  }

  from(device: Device, seq: number, limit: number): StoredReport[] {
    return this.#range.all(device.id, seq, limit) as unknown as StoredReport[]
  }

  /** Reports with seq in (above, upTo] under an anchor of `epoch` or before, oldest first. */
  receiptsDue(device: Device, above: number, upTo: number, epoch: number, limit: number): StoredReport[] {
    return this.#receiptsDue.all(device.id, above, upTo, epoch, limit) as unknown as StoredReport[]
  }

  forks(device: Device, limit: number): Fork[] {
    return this.#forks.all(device.id, limit) as unknown as Fork[]
  }

  countForks(deviceId?: number): number {
    const row = deviceId === undefined ? this.#allForks.get() : this.#forksOf.get(deviceId)
    return row!.count as number
  }
}
