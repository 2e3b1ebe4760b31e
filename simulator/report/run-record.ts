/** What a run in virtual time came to, gathered while it goes on: counts and histograms, nothing that grows with time but its days. */
import { type Charge, causes } from "../energy/charge.ts"
import type { WakeTimes } from "../energy/wake-times.ts"
import type { FrameEvent, LossReason } from "../fleet/medium.ts"
import { Histogram } from "./histogram.ts"

export interface RunRecord {
  scenario: string
  seed: string
  /** unix ms of the simulation's start */
  start: number
  days: number
  epochMs: number
  engine: string
  groups: readonly GroupRecord[]
  perDay: readonly DayRecord[]
  faults: readonly FaultRecord[]
  gateway: GatewayRecord
}

export interface GatewayRecord {
  restarts: number
  duplicates: number
  forks: number
  anchors: number
  gas: number
  storeBytes: number
  chain: { height: number; head: string }
}

/** A fault that the scenario asked for, as it happened. */
export interface FaultRecord {
  kind: string
  /** scheduler's microseconds */
  at: number
  /** absent: the gateway, or all */
  device?: number
  group?: string
  detail?: string
}

/** One day of the whole fleet. */
export interface DayRecord {
  samples: number
  wakes: number
  reportsAcked: number
  receipts: number
  misses: number
  framesLost: number
  /** millicoulombs */
  charge: number
}

export interface FrameCounts {
  frames: number
  bytes: number
  airtimeUs: number
  retries: number
  lost: Partial<Record<LossReason, number>>
}

const noFrames = (): FrameCounts => ({ frames: 0, bytes: 0, airtimeUs: 0, retries: 0, lost: {} })

/** Devices that are alike, and what they did. */
export class GroupRecord {
  readonly name: string
  readonly devices: number
  /** for people: "esp32c6", "802154", "crystal32k", "2xAA-lithium" */
  readonly parts: { chip: string; medium: string; oscillator: string; battery: string }
  /** the group whose devices these are, but with a fixed guard and no learning: the baseline */
  readonly twinOf: string | undefined

  readonly samples = { taken: 0, anchored: 0, inGaps: 0 }
  readonly reports = { signed: 0, acked: 0, anchored: 0, receipts: 0 }
  wakes = 0
  resets = 0
  brownOuts = 0
  /** slots in which the device listened for its call, and those in which it did not hear it */
  slots = 0
  misses = 0

  /** ms from the sample to the ack that says the gateway holds it, and to the receipt */
  readonly toAck = new Histogram()
  readonly toReceipt = new Histogram()
  /** ms awake, ms of guard, ms of radio */
  readonly wakeMs = new Histogram()
  readonly guardMs = new Histogram()
  readonly radioMs = new Histogram()
  /** years, one value a device, at the end */
  readonly batteryYears = new Histogram()
  readonly millivolts = new Histogram()

  /** microseconds in each state, and flash, of all devices together */
  readonly times: Record<keyof WakeTimes, number>
  /** millicoulombs of all devices together */
  readonly charge: Charge
  harvested = 0
  readonly up = noFrames()
  readonly down = noFrames()

  constructor(options: Pick<GroupRecord, "name" | "devices" | "parts" | "twinOf">) {
    this.name = options.name
    this.devices = options.devices
    this.parts = options.parts
    this.twinOf = options.twinOf
    this.charge = Object.fromEntries(causes.map((cause) => [cause, 0])) as Charge
    this.times = {
      ...{ sleep: 0, boot: 0, cpu: 0, sign: 0, associate: 0, listen: 0, guard: 0, receive: 0, transmit: 0 },
      ...{ flashBytes: 0, flashErases: 0 },
    }
  }

  wake(times: WakeTimes, charge: Charge, millivolts: number): void {
    const radio = times.associate + times.listen + times.receive + times.transmit
    this.wakes++
    this.wakeMs.add((times.boot + times.cpu + radio) / 1000)
    // less is what rounding leaves of a wake without radio
    if (radio >= 1000) this.radioMs.add(radio / 1000)
    for (const key of Object.keys(this.times) as (keyof WakeTimes)[]) this.times[key] += times[key]
    for (const cause of causes) this.charge[cause] += charge[cause]
    this.millivolts.add(millivolts)
  }

  /** `guard`: µs that the device would have listened before and after the predicted instant at most. */
  slot(heard: boolean, guard: number): void {
    this.slots++
    if (!heard) this.misses++
    this.guardMs.add(guard / 1000)
  }

  frame({ direction, bytes, airtimeUs, retries, lost }: FrameEvent): void {
    const counts = this[direction]
    counts.frames++
    counts.bytes += bytes
    counts.airtimeUs += airtimeUs
    counts.retries += retries
    if (lost) counts.lost[lost] = (counts.lost[lost] ?? 0) + 1
  }
}
