import type { DatabaseSync } from "node:sqlite"
import { GatewayError } from "../../errors.ts"
import type { Clock } from "../../ports.ts"
import { transaction } from "../../store/database.ts"

/** One reading of one device's data. */
export interface Access {
  /** 20 bytes */
  device: Uint8Array
  /** name of the token, or `loopback` */
  who: string
  /** address it came from */
  source: string
  what: "readings" | "reports" | "receipt" | "forks" | "live" | "mqtt"
  /** seq of the first and the last report that were given; absent: none yet */
  firstSeq?: number | undefined
  lastSeq?: number | undefined
}

export interface AccessEntry {
  id: number
  who: string
  source: string
  what: string
  firstSeq: number | null
  lastSeq: number | null
  /** how often within the minute */
  times: number
  /** unix ms of the first (to the minute) and the last */
  since: number
  last: number
}

interface Waiting {
  entries: readonly Access[]
  resolve(): void
  reject(error: unknown): void
}

const MINUTE = 60_000
const MOST_WAITING = 10_000

/**
 * Who read what of a device, and when. Equal reads within a minute are one entry with a count, so that nobody can push
 * out what he read by reading on. `record` resolves when the entry is on disk: nothing is given out before.
 */
export class AccessLog {
  readonly #database: DatabaseSync
  readonly #clock: Pick<Clock, "now">
  readonly #upsert
  readonly #prune
  readonly #list
  readonly #limit: number
  #waiting: Waiting[] = []
  #count = 0

  /** `limit`: entries kept of each device; the oldest go first. */
  constructor(database: DatabaseSync, clock: Pick<Clock, "now">, limit: number) {
    this.#database = database
    this.#clock = clock
    this.#limit = limit
    this.#upsert = database.prepare(`
      INSERT INTO access (device, minute, who, source, what, firstSeq, lastSeq, times, last)
      VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)
      ON CONFLICT DO UPDATE SET times = times + 1, last = excluded.last,
        firstSeq = min(coalesce(firstSeq, excluded.firstSeq), coalesce(excluded.firstSeq, firstSeq)),
        lastSeq = max(coalesce(lastSeq, excluded.lastSeq), coalesce(excluded.lastSeq, lastSeq))
      RETURNING times`)
    this.#prune = database.prepare(`
      DELETE FROM access WHERE device = ?1
        AND id <= (SELECT id FROM access WHERE device = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`)
    this.#list = database.prepare(`
      SELECT id, who, source, what, firstSeq, lastSeq, times, minute * ${MINUTE} AS since, last FROM access
      WHERE device = ? AND id < ? ORDER BY id DESC LIMIT ?`)
  }

  /** Throws `E_STORE`: what cannot be written down is not given out. */
  record(...entries: readonly Access[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve()
    if (this.#count > MOST_WAITING) return Promise.reject(new GatewayError("E_BUSY", "Too much is read at once."))
    this.#count += entries.length
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, resolve, reject })
      // All reads of one turn of the event loop share one write to the disk.
      if (this.#waiting.length === 1) setImmediate(() => this.#commit())
    })
  }

  /** Newest first, below `before`. */
  list(device: Uint8Array, before: number, limit: number): AccessEntry[] {
    return this.#list.all(device, before, limit) as unknown as AccessEntry[]
  }

  #commit(): void {
    const group = this.#waiting
    this.#waiting = []
    this.#count = 0
    try {
      transaction(this.#database, () => {
        for (const { entries } of group) for (const entry of entries) this.#write(entry)
      })
      for (const { resolve } of group) resolve()
    } catch (cause) {
      const message = `The access log cannot be written: ${(cause as Error).message}.`
      for (const { reject } of group) reject(new GatewayError("E_STORE", message, { cause }))
    }
  }

  #write({ device, who, source, what, firstSeq, lastSeq }: Access): void {
    const now = this.#clock.now()
    const minute = Math.floor(now / MINUTE)
    const row = this.#upsert.get(device, minute, who, source, what, firstSeq ?? null, lastSeq ?? null, now)
    if (row!.times === 1) this.#prune.run(device, this.#limit)
  }
}
