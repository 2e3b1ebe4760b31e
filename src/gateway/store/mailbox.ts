import type { DatabaseSync } from "node:sqlite"
import type { MailboxMessage } from "../../protocol/ack.ts"
import { type CborValue, decode, encode } from "../../protocol/cbor/index.ts"
import type { Device } from "./devices.ts"

/** Messages that wait for a sleeping device; they are forgotten only when its cursor says that they arrived. */
export class Mailbox {
  readonly #insert
  readonly #above
  readonly #delete

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO mailbox VALUES (?, ?, ?, ?)")
    this.#above = database.prepare(
      "SELECT number, type, payload FROM mailbox WHERE device = ? AND number > ? ORDER BY number LIMIT ?",
    )
    this.#delete = database.prepare("DELETE FROM mailbox WHERE device = ? AND number <= ?")
  }

  /** Numbers the message and keeps it; the caller saves the device in the same transaction. */
  put(device: Device, type: number, payload: CborValue): number {
    this.#insert.run(device.id, ++device.mailLast, type, encode(payload))
    return device.mailLast
  }

  above({ id, mailCursor }: Device, limit: number): MailboxMessage[] {
    return this.#above.all(id, mailCursor, limit).map(({ number, type, payload }) => ({
      number: number as number,
      type: type as number,
      payload: decode(payload as Uint8Array),
    }))
  }

  /** Moves the cursor, never back and never beyond what was sent. */
  confirm(device: Device, cursor: number): void {
    const reached = Math.min(cursor, device.mailLast)
    if (reached <= device.mailCursor) return
    this.#delete.run(device.id, reached)
    device.mailCursor = reached
  }
}
