/** Small named values in flash: the newest record of a key counts. A log of few sectors, copied forward as it fills. */
import { type CborValue, decode, encode } from "../../protocol/cbor/index.ts"
import { DormouseError } from "../../protocol/errors.ts"
import { FlashLog, type LogPosition, type Region } from "./log.ts"
import { readRecord } from "./record.ts"
import type { Storage } from "./storage.ts"

/** Keys, which are also the record types in flash: never reused. */
export const StateKey = {
  /** who the device belongs to and which gateway it trusts */
  provisioning: 1,
  /** the secret key; generated on the first boot */
  secretKey: 2,
  /** session keys with the request numbers reserved for them: one record, so that they cannot part */
  session: 3,
  /** report numbers reserved */
  sequence: 4,
  /** samples a report, epochs a report */
  settings: 5,
  /** receipt and mailbox cursors */
  progress: 6,
  /** cold boots */
  boots: 7,
  /** the epoch schedule, as last announced */
  schedule: 8,
  /** the place that the gateway assigned */
  slot: 9,
  /** what the board's network needs (names, passwords), as its target understands it */
  network: 10,
} as const

export type StateKey = (typeof StateKey)[keyof typeof StateKey]

/** Where each key's newest record stands: what retained memory keeps, so that a warm boot need not scan. */
export interface StateIndex {
  position: LogPosition
  /** [key, absolute offset, sector number] each */
  entries: (readonly [key: number, location: number, sector: number])[]
}

export class FlashState {
  readonly #storage: Storage
  readonly #log: FlashLog
  readonly #newest = new Map<number, { location: number; sector: number }>()

  private constructor(storage: Storage, log: FlashLog, entries: Iterable<readonly [number, number, number]>) {
    this.#storage = storage
    this.#log = log
    for (const [key, location, sector] of entries) this.#newest.set(key, { location, sector })
  }

  static scan(storage: Storage, region: Region): FlashState {
    const log = FlashLog.scan(storage, region)
    return new FlashState(
      storage,
      log,
      [...log.entries()].map(({ type, location, sector }) => [type, location, sector] as const),
    )
  }

  static resume(storage: Storage, region: Region, index: StateIndex): FlashState | undefined {
    const log = FlashLog.resume(storage, region, index.position)
    return log && new FlashState(storage, log, index.entries)
  }

  get index(): StateIndex {
    const entries = [...this.#newest].map(([key, { location, sector }]) => [key, location, sector] as const)
    return { position: this.#log.position, entries }
  }

  /** Whether the newest record may be lost: whoever reserves numbers must then skip a whole block more. */
  get torn(): boolean {
    return this.#log.torn
  }

  get(key: StateKey): CborValue | undefined {
    const payload = this.#payload(key)
    return payload && decode(payload)
  }

  set(key: StateKey, value: CborValue): void {
    const payload = encode(value)
    while (!this.#log.fits(payload.length)) this.#reclaim()
    this.#newest.set(key, this.#log.append(key, payload))
  }

  #payload(key: number): Uint8Array | undefined {
    const entry = this.#newest.get(key)
    if (!entry) return undefined
    const record = readRecord(this.#storage, entry.location, this.#storage.flash.size)
    if (typeof record === "string" || record.type !== key)
      throw new DormouseError("E_FLASH_STATE", `State ${key} cannot be read back at ${entry.location}: flash decayed.`)
    return record.payload
  }

  /** Copies what still counts out of the oldest sector before it is erased: a power cut between leaves two equal copies. */
  #reclaim(): void {
    const oldest = this.#log.position.first
    for (const [key, { sector }] of this.#newest)
      if (sector === oldest) this.#newest.set(key, this.#log.append(key, this.#payload(key)!))
    this.#log.reclaim()
  }
}
