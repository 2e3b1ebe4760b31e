import { existsSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { GatewayError } from "./errors.ts"

/**
 * Holds a data directory for one gateway. The lock is the system's own, on an SQLite file: it goes when the process
 * does, however it ends, and no stale file can lock anybody out.
 */
export function lockDirectory(dataDir: string): () => void {
  if (!existsSync(dataDir)) throw new GatewayError("E_NO_DATA", `There is no directory ${dataDir}.`)
  const lock = new DatabaseSync(join(dataDir, "gateway.lock"))
  try {
    lock.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE")
  } catch (cause) {
    lock.close()
    throw new GatewayError("E_LOCKED", `Another gateway runs on ${dataDir}: stop it, or give another --data.`, {
      cause,
    })
  }
  return () => lock.close()
}
