/**
 * What a restore lost for good. A device that saw `have` fall sends again what it still has; once its receipt cursor is
 * beyond a break in its hash chain, it has nothing left to mend it with.
 */
import type { DatabaseSync } from "node:sqlite"
import type { ChainLink } from "./chain-link.ts"
import type { Device } from "./devices.ts"
import type { Incarnation, Incarnations } from "./incarnations.ts"

/** Reports of one device with a seq from `first` to `last`, as many of them as there were: seq may have holes. */
export interface Loss {
  first: number
  last: number
  incarnation: number
}

export class Losses {
  readonly #due
  readonly #add
  readonly #of
  readonly #count
  readonly #recovered

  readonly #link: ChainLink
  readonly #incarnations: Incarnations

  constructor(database: DatabaseSync, link: ChainLink, incarnations: Incarnations) {
    this.#link = link
    this.#incarnations = incarnations
    const prepare = (sql: string) => database.prepare(sql)
    const before = "FROM reports r WHERE r.device = b.device AND r.seq < b.seq ORDER BY r.seq DESC LIMIT 1"
    this.#due = prepare(`
      SELECT b.seq FROM breaks b WHERE b.device = ? AND b.seq <= ?
        AND NOT EXISTS (SELECT 1 FROM losses l WHERE l.device = b.device AND l.seq = b.seq)
        AND coalesce((SELECT r.number ${before}), 0) <= ?
        AND NOT EXISTS (SELECT 1 FROM gapRecords g WHERE g.device = b.device AND g.firstSeq < b.seq
          AND g.lastSeq > coalesce((SELECT r.seq ${before}), 0))`)
    this.#add = prepare("INSERT OR IGNORE INTO losses VALUES (?, ?, ?)")
    const open = "losses l JOIN breaks b ON b.device = l.device AND b.seq = l.seq WHERE l.incarnation > 0"
    this.#of = prepare(`
      SELECT DISTINCT coalesce((SELECT r.seq ${before}), 0) + 1 AS first, b.seq - 1 AS last, l.incarnation
      FROM ${open} AND b.device = ? ORDER BY b.seq`)
    this.#count = prepare(`SELECT count(*) AS count FROM ${open}`)
    this.#recovered = prepare("SELECT count(*) AS count FROM reports WHERE number > ? AND epoch > 0 AND epoch < ?")
  }

  /**
   * Names what a device shows to be lost by its receipt cursor, and moves `have` over it: else that stood still for ever,
   * and the device could not see the next restore. The caller saves the device in the same transaction.
   */
  settle(device: Device): void {
    const { number, lastReport } = this.#incarnations.current
    if (number === 1 || device.have >= device.receiptCursor) return
    const due = this.#due.all(device.id, device.receiptCursor, lastReport)
    for (const { seq } of due) this.#add.run(device.id, seq!, number)
    if (due.length > 0) this.#link.pass(device)
  }

  of(deviceId: number): Loss[] {
    return this.#of.all(deviceId).map((row) => ({ ...row })) as unknown as Loss[]
  }

  /** Ranges, of all devices. */
  count(): number {
    return this.#count.get()!.count as number
  }

  /** Reports of the time before an incarnation that devices brought again. */
  recovered({ lastReport, firstEpoch }: Incarnation): number {
    return this.#recovered.get(lastReport, firstEpoch)!.count as number
  }
}
