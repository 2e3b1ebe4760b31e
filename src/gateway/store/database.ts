import { DatabaseSync } from "node:sqlite"
import { GatewayError } from "../errors.ts"
import { steps } from "./schema.ts"

export interface StoreOptions {
  readOnly?: boolean
  /** false: what is committed may be lost with the machine's power. Only for what can be made again, as a simulation. */
  durable?: boolean | undefined
}

/** Opens (and, where needed, makes or upgrades) a store's file. What is committed is on disk: WAL, synchronous=FULL. */
export function openDatabase(path: string, { readOnly = false, durable = true }: StoreOptions = {}): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { readOnly })
    database.exec("PRAGMA busy_timeout = 5000")
    if (!readOnly) {
      database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durable ? "FULL" : "OFF"}`)
      upgrade(database)
    }
    const version = versionOf(database)
    if (version !== steps.length) throw new Error(`its schema is version ${version}, ${steps.length} expected`)
    return database
  } catch (cause) {
    throw new GatewayError("E_STORE", `${path} cannot be used as a store: ${(cause as Error).message}.`, { cause })
  }
}

function upgrade(database: DatabaseSync): void {
  for (let version = versionOf(database); version < steps.length; version++) {
    database.exec(`BEGIN IMMEDIATE; ${steps[version]}; PRAGMA user_version = ${version + 1}; COMMIT`)
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()!.user_version)
}

/** Runs `work` in one transaction, which must not await anything: all of it is durable on return, or nothing. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE")
  try {
    const result = work()
    database.exec("COMMIT")
    return result
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK")
    throw error
  }
}
