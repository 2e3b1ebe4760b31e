import type { DatabaseSync } from "node:sqlite"
import type { Settings } from "./settings.ts"

/** What a backup writes into its copy of the store: whoever opens it knows that it is one. */
export interface RestoreMark {
  /** id of the backup */
  backup: string
  /** unix ms */
  takenAt: number
  /** last block of the chain's copy */
  height: number
  /** names of the keys that belong beside it */
  keys: string[]
}

/** A life of the gateway's data: it ends with the disk, and the next begins from a backup. */
export interface Incarnation {
  /** from 1 */
  number: number
  /** unix ms */
  startedAt: number
  /** the backup that it began from, when that was taken, and the chain's last block in it; of the first life: "", 0, 0 */
  backup: string
  takenAt: number
  height: number
  /** nothing is anchored under an epoch before this one but what was built already: the lost life may have done so */
  firstEpoch: number
  /** number of the last report that came with the backup */
  lastReport: number
}

const MARK = "restoredFrom"
/** More messages than a gateway can have put into one mailbox between a backup and its loss. */
const MAIL_JUMP = 65_536

const FIRST: Incarnation = {
  ...{ number: 1, startedAt: 0, backup: "", takenAt: 0, height: 0, firstEpoch: 0, lastReport: 0 },
}

export class Incarnations {
  readonly #database: DatabaseSync
  readonly #settings: Settings
  #current: Incarnation | undefined

  constructor(database: DatabaseSync, settings: Settings) {
    this.#database = database
    this.#settings = settings
  }

  get current(): Incarnation {
    this.#current ??= this.all().at(-1) ?? FIRST
    return this.#current
  }

  /** All but the first. */
  all(): Incarnation[] {
    return this.#database.prepare("SELECT * FROM incarnations ORDER BY number").all() as unknown as Incarnation[]
  }

  /** The backup that this store was restored from, as long as no incarnation has begun. */
  get mark(): RestoreMark | undefined {
    const text = this.#settings.get<string>(MARK)
    return text ? (JSON.parse(text) as RestoreMark) : undefined
  }

  setMark(mark: RestoreMark): void {
    this.#settings.set(MARK, JSON.stringify(mark))
  }

  /** Begins the next incarnation; the caller holds the transaction. */
  begin({ backup, takenAt, height }: RestoreMark, startedAt: number, firstEpoch: number): Incarnation {
    const database = this.#database
    const { lastReport } = database.prepare("SELECT coalesce(max(number), 0) AS lastReport FROM reports").get() as {
      lastReport: number
    }
    const number = this.current.number + 1
    database
      .prepare("INSERT INTO incarnations VALUES (?, ?, ?, ?, ?, ?, ?)")
      .run(number, startedAt, backup, takenAt, height, firstEpoch, lastReport)
    // Breaks that devices had left behind them are not the restore's doing.
    database.exec(`INSERT OR IGNORE INTO losses SELECT b.device, b.seq, 0
      FROM breaks b JOIN devices d ON d.id = b.device WHERE b.seq <= d.receiptCursor`)
    // A device takes no mail with a number that it has seen; the lost life may have used the next ones, and another
    // restore of the same backup those behind the jump: so the time counts, too.
    const least = Math.floor(startedAt / 1000)
    database.prepare("UPDATE devices SET mailLast = max(mailLast + ?, ?)").run(MAIL_JUMP, least)
    this.#settings.set(MARK, "")
    this.#current = { number, startedAt, backup, takenAt, height, firstEpoch, lastReport }
    return this.#current
  }
}
