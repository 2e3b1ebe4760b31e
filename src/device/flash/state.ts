/** Small named values in flash: the newest record of a key counts. A log of few sectors, copied forward as it fills. */
import { equalBytes } from "../../protocol/bytes.ts"
import { type CborValue, decode, encode } from "../../protocol/cbor/index.ts"
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

/** What the device cannot do without, or must not have an old copy of: written twice. */
const TWICE: readonly StateKey[] = [
  StateKey.provisioning,
  StateKey.secretKey,
  StateKey.sequence,
  StateKey.settings,
  StateKey.slot,
]
/** Marks the second copy of a record. */
const COPY = 0x40

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
  /** decayed records behind the newest whole one of each key that could have been newer */
  readonly #doubts = new Map<number, number>()

  private constructor(storage: Storage, log: FlashLog) {
    this.#storage = storage
    this.#log = log
  }

  static scan(storage: Storage, region: Region): FlashState {
    const state = new FlashState(storage, FlashLog.scan(storage, region))
    for (const { type, location, sector, payload } of state.#log.items()) {
      if (payload) {
        state.#newest.set(type!, { location, sector })
        state.#doubts.set(type!, 0)
      } else for (const key of Object.values(StateKey)) if (type === undefined || type === key) state.#suspect(key)
    }
    state.mend()
    return state
  }

  static resume(storage: Storage, region: Region, index: StateIndex): FlashState | undefined {
    const log = FlashLog.resume(storage, region, index.position)
    if (!log) return undefined
    const state = new FlashState(storage, log)
    for (const [key, location, sector] of index.entries) state.#newest.set(key, { location, sector })
    return state
  }

  get index(): StateIndex {
    const entries = [...this.#newest].map(([key, { location, sector }]) => [key, location, sector] as const)
    return { position: this.#log.position, entries }
  }

  /** How many newer records of this key may have decayed: whoever reserves numbers must skip as many blocks more. */
  doubts(key: StateKey): number {
    return this.#doubts.get(key) ?? 0
  }

  /** `undefined`: never set, or decayed. */
  get(key: StateKey): CborValue | undefined {
    const payload = this.#payload(key)
    return payload && decode(payload)
  }

  /** Makes two equal copies of what has one left, or one that is older. */
  mend(): void {
    for (const key of TWICE) {
      const payload = this.#payload(key)
      for (const type of [key, key | COPY]) {
        const stored = this.#read(type)
        if (payload && !(stored && equalBytes(stored, payload))) this.#append(type, payload)
      }
    }
  }

  set(key: StateKey, value: CborValue): void {
    const payload = encode(value)
    this.#append(key, payload)
    if (TWICE.includes(key)) this.#append(key | COPY, payload)
  }

  #append(type: number, payload: Uint8Array): void {
    while (!this.#log.fits(payload.length)) this.#reclaim()
    this.#newest.set(type, this.#log.append(type, payload))
  }

  /** Of two copies the later; the other where that has decayed. */
  #payload(key: number): Uint8Array | undefined {
    const first = this.#newest.get(key)
    const second = this.#newest.get(key | COPY)
    if (!first || !second) return this.#read(key) ?? this.#read(key | COPY)
    const later = first.sector - second.sector || first.location - second.location
    return later > 0 ? (this.#read(key) ?? this.#read(key | COPY)) : (this.#read(key | COPY) ?? this.#read(key))
  }

  #read(type: number): Uint8Array | undefined {
    const entry = this.#newest.get(type)
    const record = entry && readRecord(this.#storage, entry.location, this.#storage.flash.size)
    return typeof record === "object" && record.type === type ? record.payload : undefined
  }

  #suspect(key: number): void {
    this.#doubts.set(key, (this.#doubts.get(key) ?? 0) + 1)
  }

  /** Copies what still counts out of the oldest sector before it is erased: a power cut between leaves two equal copies. */
  #reclaim(): void {
    this.#log.leaveOldest()
    const oldest = this.#log.oldestSector
    for (const [type, { sector }] of this.#newest) {
      if (sector !== oldest) continue
      const payload = this.#payload(type & ~COPY)
      if (payload) this.#newest.set(type, this.#log.append(type, payload))
      else this.#newest.delete(type)
    }
    this.#log.reclaim()
  }
}
