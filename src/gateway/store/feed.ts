import { DatabaseSync } from "node:sqlite"
import type { StoredReport } from "./reports.ts"

/** A report in the order in which it became durable. */
export interface FedReport extends StoredReport {
  /** counts all reports of the gateway */
  number: number
  device: number
}

/**
 * Reports as they were committed, for those who follow along (live view, MQTT) or ask for a span of time. It reads over
 * a connection of its own, so it sees only what is durable and holds up no commit.
 */
export class Feed {
  readonly #database: DatabaseSync
  readonly #after
  readonly #last
  readonly #between

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true })
    this.#database.exec("PRAGMA busy_timeout = 5000")
    const columns = "seq, kind, epoch, role, gatewayTime, bytes, anchor, leaf"
    const prepare = (sql: string) => this.#database.prepare(sql)
    this.#after = prepare(`SELECT number, device, ${columns} FROM reports WHERE number > ? ORDER BY number LIMIT ?`)
    this.#last = prepare("SELECT coalesce(max(number), 0) AS last FROM reports")
    this.#between = prepare(
      `SELECT ${columns} FROM reports WHERE device = ? AND seq >= ? AND gatewayTime >= ? AND epoch <= ?
       ORDER BY seq LIMIT ?`,
    )
  }

  after(number: number, limit: number): FedReport[] {
    return this.#after.all(number, limit) as unknown as FedReport[]
  }

  /** Number of the latest report; 0: none. */
  last(): number {
    return this.#last.get()!.last as number
  }

  /** Reports of one device from `seq` on that arrived at `since` (unix ms) or later and name no epoch after `epoch`. */
  between(device: number, seq: number, since: number, epoch: number, limit: number): StoredReport[] {
    return this.#between.all(device, seq, since, epoch, limit) as unknown as StoredReport[]
  }

  close(): void {
    this.#database.close()
  }
}
