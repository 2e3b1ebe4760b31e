import { DatabaseSync } from "node:sqlite"
import { toHex } from "../../protocol/bytes.ts"
import { BackupError } from "./errors.ts"

/** The last block in a chain's file. */
export function headOf(path: string): { height: number; head: string } {
  const chain = new DatabaseSync(path, { readOnly: true })
  try {
    const row = chain.prepare("SELECT number, hash FROM blocks ORDER BY number DESC LIMIT 1").get()
    if (!row) throw new BackupError("E_BACKUP_SOURCE", "The chain has no block yet.")
    return { height: row.number as number, head: `0x${toHex(row.hash as Uint8Array)}` }
  } finally {
    chain.close()
  }
}
