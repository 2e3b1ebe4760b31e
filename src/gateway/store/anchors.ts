import type { DatabaseSync } from "node:sqlite"
import { concat } from "../../protocol/bytes.ts"
import { HASH_LENGTH } from "../../protocol/merkle.ts"
import type { Anchor } from "../../protocol/receipt.ts"

/** A report that waits for an anchor. */
export interface WaitingReport {
  number: number
  device: number
  seq: number
  role: number
  gatewayTime: number
  bytes: Uint8Array
}

export interface StoredAnchor extends Anchor {
  /** epoch of the anchor it continues; 0: none */
  previousEpoch: number
  /** unix ms */
  builtAt: number
  tx: Uint8Array | null
  /** number of the block that holds it; null: not mined yet */
  block: number | null
}

/** How many leaves of an anchor are of one device, and the highest seq among them. */
export type Share = [device: number, leaves: number, lastSeq: number]

/** Trees as they were built: written, with every leaf, before any transaction leaves for the chain. */
export class Anchors {
  readonly #waiting
  readonly #insert
  readonly #setLeaf
  readonly #get
  readonly #last
  readonly #unmined
  readonly #leaves
  readonly #shares
  readonly #setMined
  readonly #totals
  readonly #freeReports
  readonly #discard

  constructor(database: DatabaseSync) {
    const columns = "epoch, previousEpoch, previous, root, count, builtAt, tx, block"
    const prepare = (sql: string) => database.prepare(sql)
    this.#waiting = prepare(
      "SELECT number, device, seq, role, gatewayTime, bytes FROM reports WHERE anchor IS NULL AND epoch <= ?",
    )
    this.#insert = prepare("INSERT INTO anchors VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?)")
    this.#setLeaf = prepare("UPDATE reports SET anchor = ?, leaf = ? WHERE number = ?")
    this.#get = prepare(`SELECT ${columns} FROM anchors WHERE epoch = ?`)
    this.#last = prepare(`SELECT ${columns} FROM anchors ORDER BY epoch DESC LIMIT 1`)
    this.#unmined = prepare(`SELECT ${columns} FROM anchors WHERE block IS NULL ORDER BY epoch`)
    this.#leaves = prepare("SELECT leaves FROM anchors WHERE epoch = ?")
    this.#shares = prepare("SELECT shares FROM anchors WHERE epoch = ?")
    this.#setMined = prepare("UPDATE anchors SET tx = ?, block = ? WHERE epoch = ?")
    const unmined = "SELECT epoch FROM anchors WHERE block IS NULL AND epoch >= ?"
    this.#freeReports = prepare(`UPDATE reports SET anchor = NULL, leaf = NULL WHERE anchor IN (${unmined})`)
    this.#discard = prepare("DELETE FROM anchors WHERE block IS NULL AND epoch >= ?")
    this.#totals = prepare(`
      SELECT (SELECT count(*) FROM anchors WHERE block IS NOT NULL) AS mined,
             (SELECT coalesce(max(epoch), 0) FROM anchors WHERE block IS NOT NULL) AS minedEpoch,
             (SELECT coalesce(sum(count), 0) FROM anchors) AS leaves,
             (SELECT coalesce(sum(stored), 0) FROM devices) AS durable,
             (SELECT coalesce(sum(anchored), 0) FROM devices) AS anchored,
             (SELECT count(*) FROM reports WHERE anchor IS NULL) AS waiting`)
  }

  /** Reports without an anchor that name `epoch` or an earlier one, in no order. */
  waiting(epoch: number): WaitingReport[] {
    return this.#waiting.all(epoch) as unknown as WaitingReport[]
  }

  /** Keeps an anchor and marks its reports, given in the order of its leaves; the caller holds the transaction. */
  add(
    anchor: Omit<StoredAnchor, "tx" | "block">,
    leaves: readonly Uint8Array[],
    reports: readonly WaitingReport[],
    shares: readonly Share[],
  ): void {
    const { epoch, previousEpoch, previous, root, count, builtAt } = anchor
    const hashes = concat(...leaves)
    this.#insert.run(epoch, previousEpoch, previous, root, count, builtAt, hashes, JSON.stringify(shares))
    for (const [leaf, { number }] of reports.entries()) this.#setLeaf.run(epoch, leaf, number)
  }

  get(epoch: number): StoredAnchor | undefined {
    return this.#get.get(epoch) as unknown as StoredAnchor | undefined
  }

  last(): StoredAnchor | undefined {
    return this.#last.get() as unknown as StoredAnchor | undefined
  }

  /** Anchors of which the chain has not said yet that it holds them, oldest first. */
  unmined(): StoredAnchor[] {
    return this.#unmined.all() as unknown as StoredAnchor[]
  }

  setMined(epoch: number, tx: Uint8Array | null, block: number): void {
    this.#setMined.run(tx, block, epoch)
  }

  /** Takes back trees that were never mined, from `epoch` on: their reports wait again. The caller holds the transaction. */
  discard(epoch: number): void {
    this.#freeReports.run(epoch)
    this.#discard.run(epoch)
  }

  /** Leaf hashes in the order of the tree. */
  leaves(epoch: number): Uint8Array[] {
    const hashes = this.#leaves.get(epoch)!.leaves as Uint8Array
    return Array.from({ length: hashes.length / HASH_LENGTH }, (_, i) =>
      hashes.subarray(i * HASH_LENGTH, (i + 1) * HASH_LENGTH),
    )
  }

  shares(epoch: number): Share[] {
    return JSON.parse(this.#shares.get(epoch)!.shares as string)
  }

  totals(): AnchorTotals {
    const { mined, minedEpoch, leaves, durable, anchored, waiting } = this.#totals.get() as unknown as Record<
      "mined" | "minedEpoch" | "leaves" | "durable" | "anchored" | "waiting",
      number
    >
    return { anchors: mined, minedEpoch, durable, anchored, waiting, duplicates: leaves - (durable - waiting) }
  }
}

export interface AnchorTotals {
  /** anchors that the chain holds, and the epoch of the latest */
  anchors: number
  minedEpoch: number
  /** reports held, under a mined anchor, under none */
  durable: number
  anchored: number
  waiting: number
  /** leaves beyond one for each report that has an anchor: always 0, or the gateway broke its word */
  duplicates: number
}
