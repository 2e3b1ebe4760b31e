/** Copies of both files as they were at one moment, while their owner goes on writing. */
import { rmSync } from "node:fs"
import { backup, DatabaseSync } from "node:sqlite"
import { BackupError } from "./errors.ts"

/** Pages a step; between steps the process does other things, the snapshot stays the same. */
const PAGES = 4_096

export interface Copy {
  from: string
  to: string
}

/**
 * Each file's read transaction is opened before any is copied, in the order given: what a later file shows is never
 * older than what an earlier one claims.
 */
export async function snapshot(copies: readonly Copy[]): Promise<void> {
  const sources: DatabaseSync[] = []
  try {
    for (const { from } of copies) sources.push(frozen(from))
    for (const [i, { to }] of copies.entries()) {
      rmSync(to, { force: true })
      await backup(sources[i]!, to, { rate: PAGES })
      check(to)
    }
  } finally {
    for (const source of sources) source.close()
  }
}

function frozen(path: string): DatabaseSync {
  try {
    const source = new DatabaseSync(path, { readOnly: true })
    source.exec("PRAGMA busy_timeout = 5000; BEGIN")
    source.prepare("SELECT count(*) FROM sqlite_schema").get() // the transaction begins with the first read
    return source
  } catch (cause) {
    throw new BackupError("E_BACKUP_SOURCE", `${path} cannot be read: ${(cause as Error).message}.`, { cause })
  }
}

/** One plain file without a journal beside it, whose every page is what it should be: damage is not handed on. */
function check(path: string): void {
  const copy = new DatabaseSync(path)
  try {
    copy.exec("PRAGMA journal_mode = DELETE")
    const [found] = copy.prepare("PRAGMA quick_check(1)").all()
    const answer = Object.values(found!)[0]
    if (answer !== "ok") throw new BackupError("E_BACKUP_SOURCE", `${path} is damaged: ${String(answer)}.`)
  } finally {
    copy.close()
  }
}
