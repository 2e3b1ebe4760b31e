/**
 * An append-only log over a ring of flash sectors. Each sector starts with a record that numbers it, so that the order
 * survives; what a power cut left half written is passed over. Space comes back by erasing the oldest sector as a whole.
 *
 * One sector always stays free for what reclaiming has to write first. So where a scan finds all sectors in use, power
 * failed while the oldest was being reclaimed, and the newest holds nothing yet that anybody has acted on: it is given up.
 */
import { uintBytes } from "../../protocol/bytes.ts"
import { DormouseError } from "../../protocol/errors.ts"
import { ALIGNMENT, encodeRecord, readRecord, recordSize } from "./record.ts"
import type { Storage } from "./storage.ts"

const SECTOR_HEADER = 0

/** A ring of sectors: offset in flash (bytes) and how many. */
export interface Region {
  offset: number
  sectors: number
}

/** Where the log stands: enough to go on without reading flash. `first` and `last` are sector numbers, ever growing. */
export interface LogPosition {
  first: number
  last: number
  /** absolute offset of the next write */
  end: number
}

export interface LogEntry {
  /** absolute offset in flash */
  location: number
  /** number of its sector */
  sector: number
  type: number
  payload: Uint8Array
}

export class FlashLog {
  readonly #storage: Storage
  readonly #region: Region
  #position: LogPosition
  /** Whether the last sector ended in something that is not a whole record: a write that power cut short. */
  readonly torn: boolean

  private constructor(storage: Storage, region: Region, position: LogPosition, torn: boolean) {
    this.#storage = storage
    this.#region = region
    this.#position = position
    this.torn = torn
  }

  /** Goes on from a position kept in retained memory; `undefined` where flash contradicts it. */
  static resume(storage: Storage, region: Region, position: LogPosition): FlashLog | undefined {
    const { flash } = storage
    const log = new FlashLog(storage, region, position, false)
    const inSector = position.end - log.#start(position.last)
    if (inSector < ALIGNMENT || inSector > flash.sectorSize || position.end % ALIGNMENT) return undefined
    if (log.#numberOf(log.#start(position.last)) !== position.last) return undefined
    const fits =
      inSector === flash.sectorSize || readRecord(storage, position.end, position.end + ALIGNMENT) === "blank"
    return fits ? log : undefined
  }

  /** Finds the log in flash, or begins one. */
  static scan(storage: Storage, region: Region): FlashLog {
    const { flash } = storage
    const numbers: number[] = []
    for (let i = 0; i < region.sectors; i++) {
      const probe = new FlashLog(storage, region, { first: 0, last: 0, end: 0 }, false)
      const number = probe.#numberOf(region.offset + i * flash.sectorSize)
      if (number !== undefined && number % region.sectors === i) numbers.push(number)
    }
    if (numbers.length === 0) {
      const log = new FlashLog(storage, region, { first: 1, last: 0, end: 0 }, false)
      log.#openSector()
      return log
    }
    const last = Math.max(...numbers)
    // Sectors before a hole in the numbering were being erased when power failed: they are old, and gone.
    let first = last
    while (numbers.includes(first - 1)) first--
    const whole = last - first + 1 < region.sectors ? last : last - 1
    const log = new FlashLog(storage, region, { first, last: whole, end: 0 }, false)
    if (whole < last) flash.erase(log.#start(last), flash.sectorSize)
    const { end, torn } = log.#endOf(whole)
    return new FlashLog(storage, region, { first, last: whole, end }, torn)
  }

  get position(): LogPosition {
    return { ...this.#position }
  }

  /** Sectors that can still be opened; one is always kept for whatever reclaiming has to write. */
  get freeSectors(): number {
    const { first, last } = this.#position
    return this.#region.sectors - (last - first + 1)
  }

  /** Whether a payload of this length can be appended without `reclaim`. */
  fits(payloadLength: number): boolean {
    return this.#fitsInSector(payloadLength) || this.freeSectors > 1
  }

  /** Writes a record and reads it back; where flash did not keep it, writes it again behind. */
  append(type: number, payload: Uint8Array): LogEntry {
    const record = encodeRecord(this.#storage, type, payload)
    if (record.length > this.#storage.flash.sectorSize - ALIGNMENT)
      throw new DormouseError("E_FLASH_RECORD", `A record of ${payload.length} bytes does not fit a flash sector.`)
    for (;;) {
      if (!this.#fitsInSector(payload.length)) this.#openSector()
      const location = this.#position.end
      this.#storage.flash.write(location, record)
      this.#position.end += record.length
      const kept = readRecord(this.#storage, location, this.#sectorEnd)
      if (typeof kept === "object") return { location, sector: this.#position.last, type, payload }
      if (!this.fits(payload.length))
        throw new DormouseError("E_FLASH_WORN", `Flash does not keep what is written at ${location}.`)
    }
  }

  /** All records in order, from the absolute offset `from` on (of a record in the log) or from the oldest. */
  *entries(from?: number): Generator<LogEntry> {
    const { first, last, end } = this.#position
    for (let sector = from === undefined ? first : this.#sectorAt(from); sector <= last; sector++) {
      const start = this.#start(sector)
      const limit = sector === last ? end : start + this.#storage.flash.sectorSize
      const inside = from !== undefined && from > start && from < start + this.#storage.flash.sectorSize
      let location: number = inside && sector === this.#sectorAt(from!) ? from! : start + ALIGNMENT
      while (location < limit) {
        const record = readRecord(this.#storage, location, limit)
        if (typeof record === "string") {
          location += ALIGNMENT
          continue
        }
        yield { location, sector, type: record.type, payload: record.payload }
        location += record.size
      }
    }
  }

  /** The records of the oldest sector, and the means to give the sector up. Not the last sector. */
  oldest(): { sector: number; entries: LogEntry[] } {
    const sector = this.#position.first
    return { sector, entries: [...this.entries()].filter((entry) => entry.sector === sector) }
  }

  reclaim(): void {
    const { first, last } = this.#position
    if (first >= last) throw new DormouseError("E_FLASH_FULL", "The log's last sector cannot be erased.")
    this.#storage.flash.erase(this.#start(first), this.#storage.flash.sectorSize)
    this.#position.first++
  }

  get #sectorEnd(): number {
    return this.#start(this.#position.last) + this.#storage.flash.sectorSize
  }

  #fitsInSector(payloadLength: number): boolean {
    return this.#position.end + recordSize(payloadLength) <= this.#sectorEnd && this.#position.end > 0
  }

  #openSector(): void {
    if (this.freeSectors < 1) throw new DormouseError("E_FLASH_FULL", "The log has no free sector: reclaim one first.")
    const number = this.#position.last + 1
    const start = this.#start(number)
    this.#storage.flash.erase(start, this.#storage.flash.sectorSize)
    this.#storage.flash.write(start, encodeRecord(this.#storage, SECTOR_HEADER, uintBytes(number, 6)))
    this.#position.last = number
    this.#position.end = start + ALIGNMENT
  }

  #start(sector: number): number {
    return this.#region.offset + (sector % this.#region.sectors) * this.#storage.flash.sectorSize
  }

  #sectorAt(location: number): number {
    const { first, last } = this.#position
    for (let sector = first; sector <= last; sector++) {
      const start = this.#start(sector)
      if (location >= start && location < start + this.#storage.flash.sectorSize) return sector
    }
    return first
  }

  #numberOf(start: number): number | undefined {
    const header = readRecord(this.#storage, start, start + ALIGNMENT)
    if (typeof header === "string" || header.type !== SECTOR_HEADER || header.payload.length !== 6) return undefined
    return header.payload.reduce((number, byte) => number * 256 + byte, 0)
  }

  /** Where writing goes on in `sector`, and whether something half written is the last thing there. */
  #endOf(sector: number): { end: number; torn: boolean } {
    const start = this.#start(sector)
    const bytes = this.#storage.flash.read(start, this.#storage.flash.sectorSize)
    let used = bytes.length
    while (used > 0 && bytes[used - 1] === 0xff) used--
    let end = start + ALIGNMENT
    let torn = false
    for (const limit = start + used; end < limit; ) {
      const record = readRecord(this.#storage, end, start + bytes.length)
      torn = typeof record === "string"
      end += typeof record === "string" ? ALIGNMENT : record.size
    }
    return { end, torn }
  }
}
