/**
 * The sectors of a log: which stands after which, which are worn out, which are free. A sector's number grows by one with
 * each that is opened and says where it lies: number modulo sectors. A worn sector's number is passed over.
 *
 * The header of the newest sector names the worn ones, so that they stay known. A header is written twice: whoever loses
 * it loses a sector of records.
 */
import { equalBytes, uintBytes } from "../../protocol/bytes.ts"
import { ALIGNMENT, encodeRecord, readRecord } from "./record.ts"
import type { Storage } from "./storage.ts"

/** A ring of sectors: offset in flash (bytes) and how many. */
export interface Region {
  offset: number
  sectors: number
}

export interface SectorHeader {
  number: number
  /** places of worn sectors, from 0 */
  worn: number[]
}

export const SECTOR_HEADER = 0
/** Both copies. */
export const HEADER_SIZE = 2 * ALIGNMENT
const NUMBER_LENGTH = 6
const PLACE_LENGTH = 2
/** As many places as one unit of 32 bytes holds. */
export const MOST_WORN = 9

export class Ring {
  readonly #storage: Storage
  readonly region: Region
  #worn: number[]

  constructor(storage: Storage, region: Region, worn: readonly number[] = []) {
    this.#storage = storage
    this.region = region
    this.#worn = [...worn]
  }

  get worn(): readonly number[] {
    return this.#worn
  }

  start(number: number): number {
    return this.region.offset + (number % this.region.sectors) * this.#storage.flash.sectorSize
  }

  end(number: number): number {
    return this.start(number) + this.#storage.flash.sectorSize
  }

  isWorn(number: number): boolean {
    return this.#worn.length > 0 && this.#worn.includes(number % this.region.sectors)
  }

  retire(number: number): void {
    if (!this.isWorn(number)) this.#worn.push(number % this.region.sectors)
    const left = this.region.sectors - this.#worn.length
    this.#storage.trace?.({ e: "worn", sector: this.start(number) / this.#storage.flash.sectorSize, left })
  }

  /** Whether records stand under this number: a worn sector may have been given up before it was ever opened. */
  holds(number: number): boolean {
    return !this.isWorn(number) || this.header(number)?.number === number
  }

  /** Sectors that can still be opened, at most `enough`. */
  free(first: number, last: number, enough: number): number {
    if (this.#worn.length === 0) return Math.min(enough, first + this.region.sectors - last - 1)
    let free = 0
    for (let n = last + 1; n < first + this.region.sectors && free < enough; n++) if (!this.isWorn(n)) free++
    return free
  }

  /** Erases and numbers a sector; `false` where flash does not keep it. */
  open(number: number): boolean {
    const { flash } = this.#storage
    const header = new Uint8Array(NUMBER_LENGTH + PLACE_LENGTH * this.#worn.length)
    header.set(uintBytes(number, NUMBER_LENGTH))
    this.#worn.forEach((place, i) => {
      header.set(uintBytes(place, PLACE_LENGTH), NUMBER_LENGTH + i * PLACE_LENGTH)
    })
    const record = encodeRecord(this.#storage, SECTOR_HEADER, header)
    try {
      flash.erase(this.start(number), flash.sectorSize)
      if (!this.#isErased(number)) return false
      flash.write(this.start(number), record)
      flash.write(this.start(number) + ALIGNMENT, record)
    } catch {
      // Reading tells what became of it.
    }
    const [first, second] = [this.#read(this.start(number)), this.#read(this.start(number) + ALIGNMENT)]
    return first?.number === number && second?.number === number
  }

  /** By native hashes: a sector, byte by byte in the interpreter, is half a wake. */
  #isErased(number: number): boolean {
    const { flash, crypto } = this.#storage
    const erased = new Uint8Array(flash.sectorSize).fill(0xff)
    return equalBytes(crypto.sha256(flash.read(this.start(number), flash.sectorSize)), crypto.sha256(erased))
  }

  erase(number: number): void {
    const { flash } = this.#storage
    try {
      flash.erase(this.start(number), flash.sectorSize)
    } catch {
      flash.read(this.start(number), ALIGNMENT) // throws where it is not this sector that is broken
    }
  }

  header(number: number): SectorHeader | undefined {
    const start = this.start(number)
    return this.#read(start) ?? this.#read(start + ALIGNMENT)
  }

  /** The sectors in use, by what flash says; `undefined`: none. */
  static find(storage: Storage, region: Region): { ring: Ring; first: number; last: number } | undefined {
    const probe = new Ring(storage, region)
    const headers = new Map<number, SectorHeader>()
    for (let place = 0; place < region.sectors; place++) {
      const header = probe.header(place)
      if (header && header.number % region.sectors === place) headers.set(header.number, header)
    }
    if (headers.size === 0) return undefined
    const last = Math.max(...headers.keys())
    const ring = new Ring(storage, region, headers.get(last)!.worn)
    // Sectors before a hole in the numbering were being erased when power failed: they are old, and gone.
    let first = last
    for (let n = last - 1; n > last - region.sectors && n > 0; n--) {
      if (headers.has(n)) first = n
      else if (!ring.isWorn(n)) break
    }
    return { ring, first, last }
  }

  #read(at: number): SectorHeader | undefined {
    const record = readRecord(this.#storage, at, at + ALIGNMENT)
    if (typeof record === "string" || record.type !== SECTOR_HEADER || record.payload.length < NUMBER_LENGTH) return
    const { payload } = record
    const worn: number[] = []
    for (let i = NUMBER_LENGTH; i < payload.length; i += PLACE_LENGTH) worn.push(payload[i]! * 256 + payload[i + 1]!)
    let number = 0
    for (let i = 0; i < NUMBER_LENGTH; i++) number = number * 256 + payload[i]!
    return { number, worn }
  }
}
