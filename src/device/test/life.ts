/** Lives of a device in virtual time: wakes it when it asked to be woken, loses messages, cuts its power. */
import { crypto } from "../../../as/index.ts"
import { toHex } from "../../protocol/bytes.ts"
import { splitSigned } from "../../protocol/cose.ts"
import { provisioningValue } from "../../protocol/provisioning.ts"
import { decodeReport, type Report } from "../../protocol/report.ts"
import { EntryType, parseReport } from "../entries.ts"
import { flashLayout } from "../flash/layout.ts"
import { readRecord } from "../flash/record.ts"
import { FlashState, StateKey } from "../flash/state.ts"
import { settingsValue } from "../identity.ts"
import type { Flash, WakeReason } from "../ports.ts"
import { wake } from "../wake.ts"
import { PowerCut, TestBoard, TestFlash } from "./test-board.ts"
import { TestGateway } from "./test-gateway.ts"

export const PROFILE = [
  { name: "temperature", unit: "Cel", exponent: -2 },
  { name: "co2", unit: "ppm", exponent: 0 },
]

export interface LifeOptions {
  batch?: number
  interval?: number
  epochMs?: number
  /** samples the sensor gives before it has no more */
  samples?: number
  sectors?: number
  seed?: number
  /** whether the air carries the nth message up and its answer down */
  carries?(n: number): { up: boolean; down: boolean }
  /** how much the oscillator runs too fast, and what it is rated */
  drift?: number
  ppm?: number
  /** ms of a fixed guard */
  guard?: number
  /** a coordinator calls at each slot of the device */
  calls?: boolean
}

export class Life {
  readonly gateway: TestGateway
  readonly device: TestBoard
  readonly flash: TestFlash
  /** values that the sensor gave, in order: the first channel counts */
  readonly taken: number[] = []
  readonly errors: unknown[] = []
  /** samples that reached flash: their values */
  readonly stored: number[] = []
  /** each report that was ever written to flash, by seq */
  readonly written = new Map<number, Report>()
  /** where in flash each of them stands, all copies */
  readonly places = new Map<number, number[]>()
  repeatedSeqs = 0
  /** ms that the gateway's clock is ahead of the time */
  gatewayAhead = 0
  readonly #drift: number
  /** unix ms at which the device was switched on last, µs that its oscillator has jumped since */
  #poweredAt = 1_800_000_000_000
  #jumped = 0
  #anchored = 0
  #messages = 0
  #entropy: Uint8Array
  #reason: WakeReason = "power-on"
  more: number

  constructor(options: LifeOptions = {}) {
    const { batch = 3, interval = 1, epochMs = 600_000, samples = 30, sectors = 16, seed = 1 } = options
    const { carries = () => ({ up: true, down: true }) } = options
    this.more = samples
    this.#drift = (options.drift ?? 0) / 1e6
    this.#entropy = crypto.sha256(new Uint8Array([seed & 255, (seed >> 8) & 255]))
    this.flash = new TestFlash(sectors)
    this.flash.onWrite = (offset, data) => this.#note(offset, data)
    this.device = new TestBoard({
      flash: this.flash,
      random: (length) => this.#random(length),
      sample: () => {
        if (this.taken.length >= this.more) return undefined
        this.taken.push(this.taken.length)
        return [this.taken.length - 1, 700]
      },
      ppm: options.ppm ?? 20,
      ...(options.calls && { call: (now: number, micros: number) => this.#call(now, micros) }),
      onTrace: ({ e }) => {
        if (e === "sample") this.stored.push(this.taken.length - 1)
      },
      carry: (message) => {
        this.gateway.overhear(message)
        const { up, down } = carries(this.#messages++)
        if (!up) return undefined
        const answer = this.gateway.handle(message)
        return down ? answer : undefined
      },
    })
    this.gateway = new TestGateway(() => this.unix + this.gatewayAhead, epochMs)
    const state = FlashState.scan({ flash: this.flash, crypto }, flashLayout(this.flash).state)
    const { publicKey: gatewayPublicKey, registry } = this.gateway
    const operator = new Uint8Array(20)
    const genesisHash = new Uint8Array(32)
    state.set(
      StateKey.provisioning,
      provisioningValue({ gatewayPublicKey, operator, chainId: 5, genesisHash, registry, profile: PROFILE }),
    )
    const { guard } = options
    state.set(StateKey.settings, settingsValue({ batch, interval, ...(guard !== undefined && { guard }) }))
  }

  get unix(): number {
    return this.#poweredAt + (this.device.now - this.#jumped) / (1 + this.#drift) / 1000
  }

  /** The oscillator counts so many µs that did not pass. */
  jump(micros: number): void {
    this.device.now += micros
    this.#jumped += micros
  }

  /** One wake; `cutAfter`: power fails at that flash operation of it, or the processor is reset there. */
  async wake(cutAfter = 0, failure: "power" | "reset" = "power"): Promise<void> {
    const { device, flash } = this
    flash.cutAfter = cutAfter
    device.sleepUntil = undefined
    try {
      await wake(device.board(this.#reason))
    } catch (error) {
      if (!(error instanceof PowerCut) && !flash.dead) this.errors.push(error)
    }
    if (flash.dead || device.sleepUntil === undefined) {
      if (failure === "reset") {
        device.reset()
        device.now += 1_000_000
      } else {
        this.#poweredAt = this.unix + 1000
        this.#jumped = 0
        device.powerCut()
      }
      this.#reason = "power-on"
      return
    }
    flash.cutAfter = 0
    device.now = Math.max(device.now + 1, device.sleepUntil)
    this.#reason = "timer"
    this.#anchorPast()
  }

  async run(wakes: number): Promise<void> {
    for (let i = 0; i < wakes; i++) await this.wake()
  }

  /** Wakes until the sensor is exhausted and nothing waits any more; throws where that takes too many wakes. */
  async settle(most: number): Promise<void> {
    for (let i = 0; i < most; i++) {
      await this.wake()
      const last = this.traces("asleep").at(-1)
      const idle = last && last.unsent === 0 && last.unreceipted === 0 && last.pending === 0
      if (idle && this.taken.length >= this.more) return
    }
    throw new Error(`not settled after ${most} wakes: ${JSON.stringify(this.device.traces.slice(-8))}`)
  }

  traces(kind: string) {
    return this.device.traces.filter(({ e }) => e === kind)
  }

  /** The coordinator's call: at the slot that the device last planned, by the gateway's clock. */
  #call(now: number, micros: number): number | undefined {
    const slot = this.traces("asleep").at(-1)?.slotAt as number
    const until = (slot - this.gatewayAhead - this.unix) * 1000 * (1 + this.#drift)
    return now > 0 && until >= 0 && until <= micros ? until : undefined
  }

  /** Every report that was ever written, also where power failed meanwhile. */
  #note(offset: number, data: Uint8Array): void {
    if (offset < flashLayout(this.flash).outbox.offset) return
    const image = { read: (from: number, length: number) => data.slice(from, from + length) } as Flash
    const record = readRecord({ flash: image, crypto }, 0, data.length)
    if (typeof record !== "object" || record.type !== EntryType.report) return
    const { seq, bytes } = parseReport({ ...record, location: 0, sector: 0 })
    const report = decodeReport(splitSigned(bytes).payload)
    const before = this.written.get(seq)
    if (before && toHex(before.prev) !== toHex(report.prev)) this.repeatedSeqs++
    this.written.set(seq, report)
    this.places.set(seq, [...(this.places.get(seq) ?? []), offset])
  }

  /** Epochs end while the device sleeps, at the pace of real time whatever the gateway's clock does. */
  #anchorPast(): void {
    const ended = this.gateway.schedule.epochAt(this.unix) - 1
    if (ended > this.#anchored) this.gateway.anchor(ended)
    this.#anchored = Math.max(ended, this.#anchored)
  }

  #random(length: number): Uint8Array {
    let out = new Uint8Array(0)
    while (out.length < length) {
      this.#entropy = crypto.sha256(this.#entropy)
      out = new Uint8Array([...out, ...this.#entropy])
    }
    return out.slice(0, length)
  }
}
