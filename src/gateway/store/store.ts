import type { DatabaseSync } from "node:sqlite"
import { Anchors } from "./anchors.ts"
import { openDatabase, transaction } from "./database.ts"
import { Devices } from "./devices.ts"
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
  readonly #database: DatabaseSync

  constructor(path: string, options?: { readOnly?: boolean }) {
    this.#database = openDatabase(path, options)
    this.settings = new Settings(this.#database)
    this.devices = new Devices(this.#database)
    this.reports = new Reports(this.#database)
    this.anchors = new Anchors(this.#database)
    this.mailbox = new Mailbox(this.#database)
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

  close(): void {
    this.#database.close()
  }
}
