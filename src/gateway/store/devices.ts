import type { DatabaseSync } from "node:sqlite"
import { equalBytes, toHex } from "../../protocol/bytes.ts"
import { FIRST_HEAD } from "../../protocol/report.ts"
import { freshWindow, type RequestWindow } from "./request-window.ts"

/**
 * As the registry contract counts them; `none`: the request has not reached the chain. `rejected` the contract does not
 * know: it forgets the request, and we make no other of our own accord.
 */
export const Status = { none: 0, pending: 1, approved: 2, revoked: 3, rejected: 4 } as const
export const statusNames = ["requested", "pending", "approved", "revoked", "rejected"] as const

/** What a hello brings. */
export interface Enrolment {
  /** 20 bytes */
  address: Uint8Array
  /** 33 bytes */
  publicKey: Uint8Array
  /** CBOR */
  profile: Uint8Array
  /** the signed payload: holds both nonces of the session */
  hello: Uint8Array
  signature: Uint8Array
  challengeTime: number
}

export interface Device extends Enrolment, RequestWindow {
  readonly id: number
  status: number
  role: number
  /** highest seq up to which the hash chain is held, and the chain's head there */
  have: number
  haveHead: Uint8Array
  /** highest seq held */
  lastSeq: number
  /** reports held, and those of them under a mined anchor */
  stored: number
  anchored: number
  /** highest seq under a mined anchor */
  lastAnchored: number
  receiptCursor: number
  mailCursor: number
  /** number of the latest message ever put into its mailbox */
  mailLast: number
  /** unix ms of the latest authentic request */
  lastSeen: number
  /** latest epoch that a report of it named */
  lastEpoch: number
}

const mutable = [
  ...([
    "status",
    "role",
    "requestTop",
    "requestMask",
    "have",
    "haveHead",
    "stored",
    "anchored",
    "lastAnchored",
  ] as const),
  ...(["receiptCursor", "mailCursor", "mailLast", "lastSeen", "lastEpoch"] as const),
] as const

/**
 * Devices, each kept in memory once it was used: the object is the truth, `save` writes it. Whoever changes one does
 * so inside a transaction; where that fails, `forget` makes the next reader take the row from the file again.
 */
export class Devices {
  readonly #cache = new Map<number, Device>()
  readonly #byId
  readonly #byAddress
  readonly #byStatus
  readonly #all
  readonly #insert
  readonly #enrol
  readonly #save
  readonly #count
  readonly #waiting

  constructor(database: DatabaseSync) {
    const columns = "d.*, coalesce((SELECT max(seq) FROM reports WHERE device = d.id), 0) AS lastSeq"
    this.#byId = database.prepare(`SELECT ${columns} FROM devices d WHERE id = ?`)
    this.#byAddress = database.prepare("SELECT id FROM devices WHERE address = ?")
    this.#byStatus = database.prepare("SELECT id FROM devices WHERE status = ? ORDER BY id LIMIT ?")
    this.#all = database.prepare("SELECT id FROM devices ORDER BY id")
    this.#count = database.prepare("SELECT status, count(*) AS count FROM devices GROUP BY status")
    this.#waiting = database.prepare("SELECT count(*) AS count FROM devices WHERE status IN (?, ?)")
    this.#insert = database.prepare(
      `INSERT INTO devices (address, publicKey, profile, hello, signature, challengeTime, haveHead)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    )
    this.#enrol = database.prepare(
      "UPDATE devices SET profile = ?, hello = ?, signature = ?, challengeTime = ? WHERE id = ?",
    )
    this.#save = database.prepare(`UPDATE devices SET ${mutable.map((name) => `${name} = ?`).join(", ")} WHERE id = ?`)
  }

  byId(id: number): Device | undefined {
    const known = this.#cache.get(id)
    if (known) return known
    const row = this.#byId.get(id) as unknown as Device | undefined
    if (row) this.#cache.set(id, row)
    return row
  }

  byAddress(address: Uint8Array): Device | undefined {
    const row = this.#byAddress.get(address)
    return row && this.byId(row.id as number)
  }

  withStatus(status: number, limit: number): Device[] {
    return this.#byStatus.all(status, limit).map(({ id }) => this.byId(id as number)!)
  }

  all(): Device[] {
    return this.#all.all().map(({ id }) => this.byId(id as number)!)
  }

  /** How many devices have each status. */
  counts(): number[] {
    const counts = statusNames.map(() => 0)
    for (const { status, count } of this.#count.all()) counts[status as number] = count as number
    return counts
  }

  /** How many wait for the operator's word. */
  waiting(): number {
    return this.#waiting.get(Status.none, Status.pending)!.count as number
  }

  /** A new device, or a new session of a known one. */
  enrol(enrolment: Enrolment): Device {
    const { address, publicKey, profile, hello, signature, challengeTime } = enrolment
    const known = this.byAddress(address)
    if (!known) {
      const row = this.#insert.get(address, publicKey, profile, hello, signature, challengeTime, FIRST_HEAD)
      return this.byId(row!.id as number)!
    }
    this.#enrol.run(profile, hello, signature, challengeTime, known.id)
    // The request that waits on chain names the old profile: it must be made again.
    if (known.status === Status.pending && !equalBytes(known.profile, profile)) known.status = Status.none
    if (known.status === Status.rejected) known.status = Status.none
    Object.assign(known, { profile, hello, signature, challengeTime }, freshWindow)
    this.save(known)
    return known
  }

  save(device: Device): void {
    this.#save.run(...mutable.map((name) => device[name]), device.id)
  }

  forget(): void {
    this.#cache.clear()
  }
}

export function hexAddress(address: Uint8Array): string {
  return `0x${toHex(address)}`
}
