import type { DatabaseSync } from "node:sqlite"
import { Alarms } from "./alarms.ts"
import { Anchors } from "./anchors.ts"
import { openDatabase, type StoreOptions, transaction } from "./database.ts"
import { Devices } from "./devices.ts"
import { Incarnations } from "./incarnations.ts"
import { Losses } from "./losses.ts"
import { Mailbox } from "./mailbox.ts"
import { Reports } from "./reports.ts"
import { Settings } from "./settings.ts"

/** All that the gateway must not lose, in one file with one owner. */
export class Store {
  readonly settings: Settings
  readonly devices: Devices
  readonly reports: Reports
  readonly anchors: Anchors
  readonly mailbox: Mailbox
  readonly incarnations: Incarnations
  readonly losses: Losses
  readonly alarms: Alarms
  readonly #database: DatabaseSync

  constructor(path: string, options?: StoreOptions) {
    this.#database = openDatabase(path, options)
    this.settings = new Settings(this.#database)
    this.devices = new Devices(this.#database)
    this.reports = new Reports(this.#database)
    this.anchors = new Anchors(this.#database)
    this.mailbox = new Mailbox(this.#database)
    this.incarnations = new Incarnations(this.#database, this.settings)
    this.losses = new Losses(this.#database, this.reports.link, this.incarnations)
    this.alarms = new Alarms(this.#database, this.anchors, this.incarnations)
  }

  /** All of `work` is durable on return, or none of it happened, in memory too. */
  transaction<T>(work: () => T): T {
    try {
      return transaction(this.#database, work)
    } catch (error) {
      this.devices.forget()
      throw error
    }
  }

  /** What a backup's manifest says of it; `block`: the highest that it knows an anchor in. */
  figures(): { devices: number; reports: number; anchors: number; lastEpoch: number; block: number } {
    return this.#database
      .prepare(`
        SELECT (SELECT count(*) FROM devices) AS devices, (SELECT count(*) FROM reports) AS reports,
               count(*) AS anchors, coalesce(max(epoch), 0) AS lastEpoch, coalesce(max(block), 0) AS block FROM anchors`)
      .get() as never
  }

  /** One file without a journal beside it; for copies. */
  makePlain(): void {
    this.#database.exec("PRAGMA journal_mode = DELETE")
  }

  close(): void {
    this.#database.close()
  }
}
