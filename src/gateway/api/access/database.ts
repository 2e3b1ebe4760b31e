import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { GatewayError } from "../../errors.ts"

/**
 * Tokens and the access log have a file of their own: commands write tokens while the gateway runs, and a store taken
 * back from a backup must not bring revoked tokens back or take away what was written down about readers.
 */
export const accessPath = (dataDir: string) => join(dataDir, "access.sqlite")

/** As in the store's schema: never edited once released, only added to. */
const steps: readonly string[] = [
  `
  CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    -- JSON array of addresses; NULL: all devices
    devices TEXT,
    -- SHA-256 of the token; the token itself is nowhere
    hash BLOB NOT NULL UNIQUE,
    createdAt INTEGER NOT NULL,
    revokedAt INTEGER
  ) STRICT;

  CREATE TABLE access (
    id INTEGER PRIMARY KEY,
    device BLOB NOT NULL,
    minute INTEGER NOT NULL,
    who TEXT NOT NULL,
    source TEXT NOT NULL,
    what TEXT NOT NULL,
    firstSeq INTEGER,
    lastSeq INTEGER,
    times INTEGER NOT NULL,
    last INTEGER NOT NULL,
    UNIQUE (device, minute, who, source, what)
  ) STRICT;
  CREATE INDEX accessByDevice ON access (device, id);

  -- one row that a health check writes, to see whether the disk still takes anything
  CREATE TABLE probe (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  `,
]

/** Throws `E_STORE`. */
export function openAccess(dataDir: string): DatabaseSync {
  const path = accessPath(dataDir)
  try {
    const database = new DatabaseSync(path)
    database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    upgrade(database)
    return database
  } catch (cause) {
    throw new GatewayError("E_STORE", `${path} cannot be used: ${(cause as Error).message}.`, { cause })
  }
}

function upgrade(database: DatabaseSync): void {
  // Gateway and command may open a new file at the same moment: the version is read inside the transaction.
  database.exec("BEGIN IMMEDIATE")
  const version = Number(database.prepare("PRAGMA user_version").get()!.user_version)
  for (const step of steps.slice(version)) database.exec(step)
  database.exec(`PRAGMA user_version = ${Math.max(version, steps.length)}; COMMIT`)
}
