import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"
import { unprefixedHexToBytes } from "@ethereumjs/util"
import { ChainError } from "../errors.ts"
import { type LogFilter, logQuery } from "./log-query.ts"
import type { NewBlock, StoredBlock, StoredLog, StoredReceipt } from "./records.ts"
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts"

/** The chain's file. A block and everything that follows from it land in one transaction. */
export class ChainStore {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /** `durable`: a block that was announced is on the disk (SQLite, "PRAGMA synchronous"). */
  constructor(path: string, { readOnly = false, durable = true } = {}) {
    this.#db = new DatabaseSync(path, { readOnly })
    const synchronous = durable ? "FULL" : "OFF"
    if (!readOnly)
      this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA cache_size = -16000`)
    const [{ user_version: version }] = this.#db.prepare("PRAGMA user_version").all() as [{ user_version: number }]
    if (version !== 0 && version !== SCHEMA_VERSION) {
      this.#db.close()
      const advice = "Use the release that wrote it, or move it with `dormouse chain export` and `import`."
      throw new ChainError("E_CHAIN_CORRUPT", `${path} has version ${version}, expected ${SCHEMA_VERSION}. ${advice}`)
    }
    if (!readOnly) this.#db.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
  }

  close(): void {
    this.#db.close()
  }

  readonly readNode = (key: string): Uint8Array | undefined => {
    const row = this.#get("SELECT value FROM nodes WHERE key = ?", unprefixedHexToBytes(key))
    return row?.value as Uint8Array | undefined
  }

  head(): StoredBlock | undefined {
    return this.#get("SELECT * FROM blocks ORDER BY number DESC LIMIT 1") as StoredBlock | undefined
  }

  blockByNumber(number: number): StoredBlock | undefined {
    return this.#get("SELECT * FROM blocks WHERE number = ?", number) as StoredBlock | undefined
  }

  blockByHash(hash: Uint8Array): StoredBlock | undefined {
    return this.#get("SELECT * FROM blocks WHERE hash = ?", hash) as StoredBlock | undefined
  }

  receipt(hash: Uint8Array): StoredReceipt | undefined {
    return this.#get("SELECT * FROM receipts WHERE hash = ?", hash) as StoredReceipt | undefined
  }

  receiptsOfBlock(number: number): StoredReceipt[] {
    return this.#all("SELECT * FROM receipts WHERE block = ? ORDER BY place", number) as unknown as StoredReceipt[]
  }

  logsOfTransaction(block: number, tx: number): StoredLog[] {
    return this.#all(
      "SELECT * FROM logs WHERE block = ? AND tx = ? ORDER BY place",
      block,
      tx,
    ) as unknown as StoredLog[]
  }

  /** At most `limit` logs, oldest first. */
  logs(filter: LogFilter, limit: number): StoredLog[] {
    const { sql, values } = logQuery(filter)
    // Not kept prepared: callers choose the shape, and would fill the memory with statements.
    const statement = this.#db.prepare(`${sql} ORDER BY block, place LIMIT ${limit}`)
    return statement.all(...values) as unknown as StoredLog[]
  }

  /** The one way in: everything of a block or nothing of it. */
  commit({ block, nodes, receipts, logs }: NewBlock): void {
    this.#db.exec("BEGIN IMMEDIATE")
    try {
      const node = this.#prepare("INSERT OR IGNORE INTO nodes (key, value) VALUES (?, ?)")
      for (const [key, value] of nodes) node.run(unprefixedHexToBytes(key), value)
      this.#insert("blocks", [block])
      this.#insert("receipts", receipts)
      this.#insert("logs", logs)
      this.#db.exec("COMMIT")
    } catch (cause) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK") // SQLite rolls back by itself where the disk is full
      throw cause
    }
  }

  #insert(table: string, rows: readonly object[]): void {
    if (rows.length === 0) return
    const columns = Object.keys(rows[0]!)
    const places = columns.map(() => "?").join(", ")
    const statement = this.#prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`)
    for (const row of rows) statement.run(...(Object.values(row) as SQLInputValue[]))
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
    return statement
  }

  #get(sql: string, ...values: SQLInputValue[]) {
    return this.#prepare(sql).get(...values)
  }

  #all(sql: string, ...values: SQLInputValue[]) {
    return this.#prepare(sql).all(...values)
  }
}
