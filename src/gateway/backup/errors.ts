import { DormouseError, type ErrorCode } from "../../protocol/errors.ts"

export type BackupErrorCode =
  | "E_BACKUP_CORRUPT" // the file is no backup, was cut short, or holds other bytes than its manifest says
  | "E_BACKUP_EXISTS" // something is where the backup, or what it is restored to, should go
  | "E_BACKUP_KEYS" // the backup came without keys, and they are not there yet
  | "E_BACKUP_SOURCE" // what should be backed up cannot be

export class BackupError extends DormouseError {
  constructor(code: BackupErrorCode, message: string, options?: { cause?: unknown }) {
    super(code satisfies ErrorCode, message, options)
    this.name = "BackupError"
  }
}
