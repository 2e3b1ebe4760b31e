/** A board in memory, with a clock that only moves when told and a power supply that fails when told. */

import { crypto } from "../../../as/index.ts"
import type { Board, Flash, Link, LinkAnswer, LinkMessage, TraceEvent, WakeReason } from "../ports.ts"

export class PowerCut extends Error {}

/** NOR flash whose power can fail in the middle of a write, whose bits decay and whose sectors wear out. */
export class TestFlash implements Flash {
  readonly sectorSize = 4096
  readonly bytes: Uint8Array
  /** write and erase operations until power fails; 0: it does not */
  cutAfter = 0
  /** share of the bytes that the failing operation still handles */
  tear = 0.5
  dead = false
  /** sectors that keep nothing any more: erasing leaves them as they are, writing leaves bits out */
  readonly worn = new Set<number>()
  /** how often each sector was erased, and bytes written to it */
  readonly erases: number[]
  readonly written: number[]
  onWrite: ((offset: number, data: Uint8Array) => void) | undefined

  constructor(sectors: number) {
    this.bytes = new Uint8Array(sectors * this.sectorSize).fill(0xff)
    this.erases = new Array(sectors).fill(0)
    this.written = new Array(sectors).fill(0)
  }

  get size(): number {
    return this.bytes.length
  }

  read(offset: number, length: number): Uint8Array {
    if (this.dead) throw new PowerCut()
    return this.bytes.slice(offset, offset + length)
  }

  write(offset: number, data: Uint8Array): void {
    if (offset % 32 || data.length % 32) throw new RangeError(`write of ${data.length} at ${offset} is not aligned`)
    this.onWrite?.(offset, data)
    const sector = Math.floor(offset / this.sectorSize)
    this.written[sector]! += data.length
    this.#operate(data.length, (length) => {
      for (let i = 0; i < length; i++) {
        // As under flash encryption: a unit is written once, no bit is cleared later.
        if (this.bytes[offset + i] !== 0xff && data[i] !== 0xff) throw new RangeError(`${offset + i} is not erased`)
        if (this.worn.has(sector) && i % 32 === 9) continue
        this.bytes[offset + i]! &= data[i]!
      }
    })
  }

  erase(offset: number, length: number): void {
    if (offset % 4096 || length % 4096) throw new RangeError("erase is not sector aligned")
    const sector = offset / this.sectorSize
    this.erases[sector]!++
    this.#operate(length, (done) => {
      if (!this.worn.has(sector)) this.bytes.fill(0xff, offset, offset + done)
    })
  }

  /** One bit of what is written from `from` on turns over: the `nth` of the written units, `bit` in it. */
  decay(nth: number, bit: number, from = 0): number {
    const units: number[] = []
    for (let at = from; at < this.bytes.length; at += 32)
      if (this.bytes.subarray(at, at + 32).some((byte) => byte !== 0xff)) units.push(at)
    const unit = units[nth % units.length]!
    this.bytes[unit + (bit >> 3)]! ^= 1 << (bit & 7)
    return unit
  }

  powerOn(): void {
    this.dead = false
    this.cutAfter = 0
  }

  #operate(length: number, apply: (length: number) => void): void {
    if (this.dead) throw new PowerCut()
    if (this.cutAfter && --this.cutAfter === 0) {
      apply(Math.floor((length * this.tear) / 4) * 4)
      this.dead = true
      throw new PowerCut()
    }
    apply(length)
  }
}

export interface TestBoardOptions {
  flash: TestFlash
  /** what the air does with a message: the answer, or `undefined` where either direction was lost */
  carry(message: LinkMessage): LinkAnswer | undefined
  random(length: number): Uint8Array
  sample(): readonly (number | null)[] | undefined
  onTrace?(event: TraceEvent): void
  /** what the oscillator is rated; 20 ppm where nothing is said */
  ppm?: number
  /** a coordinator: whether the call comes while a device listens at `now` for `micros`, and after how long */
  call?(now: number, micros: number): number | undefined
}

/** Keeps what survives between wakes: flash, retained memory and the oscillator. */
export class TestBoard {
  readonly traces: TraceEvent[] = []
  readonly options: TestBoardOptions
  /** µs since power-on */
  now = 0
  retained: Uint8Array | undefined
  /** what each link was given when it was opened */
  readonly remembered: Uint8Array[] = []
  sleepUntil: number | undefined
  /** power fails as soon as the radio draws some */
  brownOut = false

  constructor(options: TestBoardOptions) {
    this.options = options
  }

  board(reason: WakeReason): Board {
    const { flash, random, sample } = this.options
    const alive = () => {
      if (flash.dead) throw new PowerCut()
    }
    return {
      flash,
      crypto,
      retained: {
        read: () => this.retained,
        write: (bytes) => {
          alive()
          this.retained = bytes.slice()
        },
      },
      clock: { now: () => Math.floor(this.now), ppm: this.options.ppm ?? 20 },
      entropy: { random },
      sensor: { sample },
      power: {
        reason,
        batteryMillivolts: 3000,
        sleep: (micros) => {
          alive()
          this.sleepUntil = micros
        },
      },
      openLink: (remembered) => this.#link(remembered),
      trace: (event) => {
        alive()
        this.traces.push(event)
        this.options.onTrace?.(event)
      },
    }
  }

  powerCut(): void {
    this.retained = undefined
    this.now = 0
    this.options.flash.powerOn()
  }

  /** The processor starts again; power stayed, and with it the oscillator and what was retained. */
  reset(): void {
    this.options.flash.powerOn()
  }

  #link(remembered: Uint8Array): Link {
    const { call } = this.options
    this.remembered.push(remembered)
    if (this.brownOut) this.options.flash.dead = true
    return {
      remember: () => new Uint8Array([this.remembered.length]),
      name: "wifi",
      mtu: 1152,
      maxBody: 1152,
      ...(call && {
        listen: async (micros) => {
          const waited = call(this.now, micros)
          this.now += waited ?? micros
          return waited !== undefined
        },
      }),
      exchange: async (message) => {
        if (this.options.flash.dead) throw new PowerCut()
        this.now += 20_000
        const answer = this.options.carry(message)
        this.now += answer ? 20_000 : message.timeout
        return answer
      },
      close: () => {},
    }
  }
}
