/** A board in memory, with a clock that only moves when told and a power supply that fails when told. */

import { crypto } from "../../../as/index.ts"
import type { Board, Flash, Link, LinkAnswer, LinkMessage, TraceEvent, WakeReason } from "../ports.ts"

export class PowerCut extends Error {}

/** NOR flash whose power can fail in the middle of a write: only a prefix of the bytes is then programmed. */
export class TestFlash implements Flash {
  readonly sectorSize = 4096
  readonly bytes: Uint8Array
  /** write and erase operations until power fails; 0: it does not */
  cutAfter = 0
  /** share of the bytes that the failing operation still handles */
  tear = 0.5
  dead = false

  constructor(sectors: number) {
    this.bytes = new Uint8Array(sectors * this.sectorSize).fill(0xff)
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
    this.#operate(data.length, (length) => {
      for (let i = 0; i < length; i++) {
        if (~this.bytes[offset + i]! & data[i]!) throw new RangeError(`write at ${offset + i} would set a bit`)
        this.bytes[offset + i]! &= data[i]!
      }
    })
  }

  erase(offset: number, length: number): void {
    if (offset % 4096 || length % 4096) throw new RangeError("erase is not sector aligned")
    this.#operate(length, (done) => this.bytes.fill(0xff, offset, offset + done))
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
      clock: { now: () => Math.floor(this.now), ppm: 20 },
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
      },
    }
  }

  powerCut(): void {
    this.retained = undefined
    this.now = 0
    this.options.flash.powerOn()
  }

  #link(remembered: Uint8Array): Link {
    this.remembered.push(remembered)
    return {
      remember: () => new Uint8Array([this.remembered.length]),
      name: "wifi",
      mtu: 1152,
      maxBody: 1152,
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
