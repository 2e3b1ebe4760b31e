/**
 * An append-only log over a ring of flash sectors. What a power cut left half written is passed over; what has decayed is
 * told of; a sector that does not keep what is written is passed over from then on. Space comes back by erasing the oldest
 * sector as a whole.
 *
 * Two sectors always stay free for what reclaiming has to write first: one, and one more for where that one is worn out.
 */
import { DormouseError } from "../../protocol/errors.ts"
import { type Damage, findDecayed } from "./damage.ts"
import { ALIGNMENT, encodeRecord, MOST_RECORD, readRecord, recordSize } from "./record.ts"
import { HEADER_SIZE, MOST_WORN, type Region, Ring } from "./ring.ts"
import type { Storage } from "./storage.ts"

export type { Region } from "./ring.ts"

/** Sectors kept free. */
const RESERVE = 2
/** With fewer that are not worn out there is no room for anything. */
export const LEAST_SECTORS = RESERVE + 1
/** Writes of one record that may fail in a sector before it counts as worn out. */
const TRIES = 2

/** Where the log stands: enough to go on without reading flash. `first` and `last` are sector numbers, ever growing. */
export interface LogPosition {
  first: number
  last: number
  /** absolute offset of the next write */
  end: number
  /** places in the region of sectors that are worn out */
  worn: readonly number[]
}

export interface LogEntry {
  /** absolute offset in flash */
  location: number
  /** number of its sector */
  sector: number
  type: number
  payload: Uint8Array
}

/** A record that has decayed, among those that have not. */
export type LogItem = LogEntry | (Damage & { payload?: undefined })

export class FlashLog {
  readonly #storage: Storage
  readonly #ring: Ring
  #first: number
  #last: number
  #end: number

  private constructor(storage: Storage, ring: Ring, first: number, last: number, end: number) {
    this.#storage = storage
    this.#ring = ring
    this.#first = first
    this.#last = last
    this.#end = end
  }

  /** Goes on from a position kept in retained memory; `undefined` where flash contradicts it. */
  static resume(storage: Storage, region: Region, position: LogPosition): FlashLog | undefined {
    const { first, last, end, worn } = position
    const ring = new Ring(storage, region, worn)
    const inSector = end - ring.start(last)
    if (inSector < HEADER_SIZE || inSector > storage.flash.sectorSize || end % ALIGNMENT) return undefined
    if (ring.header(last)?.number !== last) return undefined
    const fits = end === ring.end(last) || readRecord(storage, end, end + ALIGNMENT) === "blank"
    return fits ? new FlashLog(storage, ring, first, last, end) : undefined
  }

  /** Finds the log in flash, or begins one. */
  static scan(storage: Storage, region: Region): FlashLog {
    const found = Ring.find(storage, region)
    if (!found) {
      const log = new FlashLog(storage, new Ring(storage, region), 1, 0, 0)
      log.#openSector()
      log.#first = log.#last
      return log
    }
    const { ring, first, last } = found
    return new FlashLog(storage, ring, first, last, endOf(storage, ring, last))
  }

  get position(): LogPosition {
    return { first: this.#first, last: this.#last, end: this.#end, worn: this.#ring.worn }
  }

  /** Whether a payload of this length can be appended without `reclaim`. */
  fits(payloadLength: number): boolean {
    const free = this.#ring.free(this.#first, this.#last, RESERVE + 1)
    return free > RESERVE || (free === RESERVE && this.#fitsInSector(payloadLength))
  }

  /** Opens the next sector where payloads of these lengths would not all fit into this one, if one is free for them. */
  openAhead(...payloadLengths: number[]): void {
    const needed = payloadLengths.reduce((sum, length) => sum + recordSize(length), 0)
    const free = this.#ring.free(this.#first, this.#last, RESERVE + 1)
    if (this.#end + needed > this.#ring.end(this.#last) && free > RESERVE) this.#openSector()
  }

  /** Writes a record and reads it back; where flash did not keep it, writes it again elsewhere. Throws `E_FLASH_WORN`. */
  append(type: number, payload: Uint8Array): LogEntry {
    const record = encodeRecord(this.#storage, type, payload)
    if (record.length > MOST_RECORD)
      throw new DormouseError("E_FLASH_RECORD", `A record of ${payload.length} bytes: ${MOST_RECORD} at most.`)
    for (let tries = 1; ; tries++) {
      if (!this.#fitsInSector(payload.length)) this.#openSector()
      const location = this.#end
      this.#end += record.length
      if (this.#program(location, record)) return { location, sector: this.#last, type, payload }
      if (tries % TRIES > 0) continue
      this.#ring.retire(this.#last)
      this.#end = this.#ring.end(this.#last)
    }
  }

  /**
   * All records in order, decayed ones too, from the absolute offset `from` on (of a record in the log) or from the
   * oldest. One generator and no other inside: each costs a board's small stack.
   */
  *items(from?: number, lastSector = this.#last): Generator<LogItem> {
    let sector = from === undefined ? this.#first : this.#sectorAt(from)
    let location = from !== undefined && this.#isIn(from, sector) ? from : this.#ring.start(sector) + HEADER_SIZE
    for (; sector <= lastSector; location = this.#ring.start(++sector) + HEADER_SIZE) {
      if (!this.#ring.holds(sector)) continue
      const limit = sector === this.#last ? this.#end : this.#ring.end(sector)
      let bad = 0
      while (location < limit || bad > 0) {
        const record = location < limit ? readRecord(this.#storage, location, limit) : "blank"
        if (record === "bad") bad ||= location
        else if (bad > 0) {
          for (const damage of this.#decayed(bad, location, sector)) yield damage
          bad = 0
        }
        if (typeof record === "object") yield { location, sector, type: record.type, payload: record.payload }
        location += typeof record === "object" ? record.size : ALIGNMENT
      }
    }
  }

  /** The records of the oldest sector, which `reclaim` gives up. */
  oldest(): LogEntry[] {
    const entries: LogEntry[] = []
    for (const item of this.items(undefined, this.#first)) if (item.payload) entries.push(item)
    return entries
  }

  /** Whether a location lies in the oldest sector. */
  isOldest(location: number): boolean {
    return this.#isIn(location, this.#first)
  }

  /**
   * What is written from now on stands in another sector than the oldest. Whoever writes anew what `reclaim` will erase
   * calls this first: where one sector is in use, it is the oldest and the newest.
   */
  leaveOldest(): void {
    if (this.#first === this.#last) this.#openSector()
  }

  get oldestSector(): number {
    return this.#first
  }

  reclaim(): void {
    this.leaveOldest()
    this.#ring.erase(this.#first)
    do this.#first++
    while (this.#first < this.#last && !this.#ring.holds(this.#first))
  }

  #decayed(from: number, to: number, sector: number): Damage[] {
    return findDecayed(this.#storage.flash.read(from, to - from), from, sector)
  }

  #program(location: number, record: Uint8Array): boolean {
    try {
      this.#storage.flash.write(location, record)
    } catch {
      // Reading tells what became of it.
    }
    return typeof readRecord(this.#storage, location, this.#ring.end(this.#last)) === "object"
  }

  #fitsInSector(payloadLength: number): boolean {
    return this.#end > 0 && this.#end + recordSize(payloadLength) <= this.#ring.end(this.#last)
  }

  #openSector(): void {
    const ring = this.#ring
    const { sectors } = ring.region
    for (let number = this.#last + 1; number < this.#first + sectors; number++) {
      if (ring.worn.length > MOST_WORN || sectors - ring.worn.length < LEAST_SECTORS)
        throw new DormouseError(
          "E_FLASH_WORN",
          `${ring.worn.length} of ${sectors} flash sectors are worn out: replace the board.`,
        )
      if (ring.isWorn(number)) continue
      if (ring.open(number)) {
        this.#last = number
        this.#end = ring.start(number) + HEADER_SIZE
        return
      }
      ring.retire(number)
    }
    throw new DormouseError("E_FLASH_FULL", "The log has no free sector: reclaim one first.")
  }

  #sectorAt(location: number): number {
    for (let sector = this.#first; sector <= this.#last; sector++) if (this.#isIn(location, sector)) return sector
    return this.#first
  }

  #isIn(location: number, sector: number): boolean {
    return location >= this.#ring.start(sector) + HEADER_SIZE && location < this.#ring.end(sector)
  }
}

/** Where writing goes on in `sector`: behind what a power cut left half written, one unit stays erased. */
function endOf(storage: Storage, ring: Ring, sector: number): number {
  const start = ring.start(sector)
  const bytes = storage.flash.read(start, storage.flash.sectorSize)
  let used = bytes.length
  while (used > 0 && bytes[used - 1] === 0xff) used--
  let end = start + HEADER_SIZE
  let whole = true
  while (end < start + used) {
    const record = readRecord(storage, end, start + bytes.length)
    whole = typeof record === "object"
    end += typeof record === "object" ? record.size : ALIGNMENT
  }
  return whole ? end : Math.min(end + ALIGNMENT, start + bytes.length)
}
