/**
 * How radios get datagrams across: one after the other for each sender, frame by frame, with listening before sending,
 * repeats and duty cycle. Where nobody shares the medium, all attempts are worked out at once.
 */
import type { LossReason } from "../fleet/medium.ts"
import type { Scheduler } from "../fleet/scheduler.ts"
import type { Air, OnAir } from "./air.ts"
import type { Channel } from "./channel.ts"
import type { Path } from "./path.ts"
import type { MediumProfile } from "./profiles.ts"

export interface Order {
  path: Path
  direction: "up" | "down"
  /** bytes of the datagram */
  length: number
  /** since when it waits. Default: now. */
  begun?: number
  /** not repeated, whatever becomes of it */
  once?: boolean
  /** whether the receiver listens */
  heard(): boolean
  done(shipment: Shipment, lost: LossReason | undefined): void
}

/** A datagram on its way, and what it has cost so far. */
export interface Shipment {
  path: Path
  direction: "up" | "down"
  begun: number
  end: number
  bytes: number
  airtimeUs: number
  retries: number
  rssi: number
}

export interface SenderPorts {
  scheduler: Scheduler
  air: Air
  interference: Channel | undefined
  outage: (device: number, now: number) => boolean
}

/** IEEE 802.15.4-2020: aUnitBackoffPeriod, macMinBe, macMaxBe, macMaxCsmaBackoffs; turnaround and ack wait. */
const BACKOFF_US = 320
const MIN_BE = 3
const MAX_BE = 5
const MAX_BACKOFFS = 4
const SENSE_US = 128
const TURNAROUND_US = 192
const ACK_WAIT_US = 864

const HOUR_US = 3_600_000_000

interface Work extends Shipment {
  order: Order
  /** bytes on the air of the frames still to send */
  frames: number[]
  attempt: number
  backoffs: number
  /** the frame under way got through, its acknowledgement did not */
  delivered: boolean
}

export class Sender {
  readonly #profile: MediumProfile
  readonly #ports: SenderPorts
  /** who sends now, and what waits behind it */
  readonly #queues = new Map<string, Work[]>()
  /** airtime that each sender has left of its duty cycle, us, and when that was */
  readonly #allowance = new Map<string, { left: number; at: number }>()

  constructor(profile: MediumProfile, ports: SenderPorts) {
    this.#profile = profile
    this.#ports = ports
  }

  ship(order: Order): void {
    const now = this.#ports.scheduler.now()
    const work: Work = {
      order,
      path: order.path,
      direction: order.direction,
      begun: order.begun ?? now,
      end: now,
      frames: this.#frames(order.length),
      bytes: 0,
      airtimeUs: 0,
      retries: 0,
      rssi: 0,
      attempt: 0,
      backoffs: 0,
      delivered: false,
    }
    const key = this.#key(work)
    const queue = this.#queues.get(key)
    if (queue) queue.push(work)
    else {
      this.#queues.set(key, [work])
      this.#start(work)
    }
  }

  /** A shared medium has one gateway's radio; on wires and switched networks each device has its own line. */
  #key({ direction, path }: Work): string {
    return direction === "down" && this.#shared ? "gateway" : `${direction}${path.device}`
  }

  get #shared(): boolean {
    return this.#profile.channels.value > 0
  }

  #frames(length: number): number[] {
    const { payload, header, fragments } = this.#profile
    if (length <= payload.value) return [length + header.value]
    if (!fragments) return []
    const count = Math.ceil(length / payload.value)
    return Array.from({ length: count }, (_, i) => Math.min(payload.value, length - i * payload.value) + header.value)
  }

  #start(work: Work): void {
    const now = this.#ports.scheduler.now()
    work.end = now
    if (work.frames.length === 0) this.#finish(work, "size")
    else if (this.#allowed(work, now) <= 0) this.#finish(work, "duty")
    else if (this.#shared) this.#access(work, now)
    else this.#alone(work)
  }

  /** Nobody else's frames matter: time can run ahead. */
  #alone(work: Work): void {
    let lost: LossReason | undefined
    while (!lost && work.frames.length > 0) {
      const airtime = this.#transmit(work, work.end)
      work.end += airtime
      lost = this.#judge(work, work.end, undefined)
    }
    this.#finish(work, lost)
  }

  /** Slotless CSMA-CA (IEEE 802.15.4-2020, 6.2.5.1), or straight on the air where the medium does not listen. */
  #access(work: Work, now: number): void {
    const { scheduler, air } = this.#ports
    const channel = this.#channel(work)
    if (!this.#profile.csma) {
      this.#go(work, channel)
      return
    }
    const exponent = Math.min(MAX_BE, MIN_BE + work.backoffs)
    const wait = Math.floor(work.path.random.uniform() * 2 ** exponent) * BACKOFF_US + SENSE_US
    scheduler.at(now + wait, () => {
      if (!air.isBusy(channel, scheduler.now()))
        scheduler.at(scheduler.now() + TURNAROUND_US, () => this.#go(work, channel))
      else if (++work.backoffs > MAX_BACKOFFS) this.#finish(work, "busy")
      else this.#access(work, scheduler.now())
    })
  }

  #go(work: Work, channel: number): void {
    const { scheduler, air } = this.#ports
    const now = scheduler.now()
    const airtime = this.#transmit(work, now)
    const frame = air.begin(channel, now, now + airtime, work.rssi)
    scheduler.at(now + airtime, () => {
      work.end = scheduler.now()
      const lost = this.#judge(work, work.end, frame)
      if (lost || work.frames.length === 0) this.#finish(work, lost)
      else scheduler.at(work.end + ACK_WAIT_US, () => this.#start(this.#first(work)!))
    })
  }

  /** Counts one attempt at the first of the frames; returns its airtime. */
  #transmit(work: Work, now: number): number {
    const bytes = work.frames[0]!
    const airtime = Math.round(this.#profile.airtime(bytes))
    work.bytes += bytes
    work.airtimeUs += airtime
    work.rssi = work.path.rssi(now)
    work.backoffs = 0
    return airtime
  }

  /** What became of the attempt that ended at `now`; moves on to the next frame or attempt, or says why all is lost. */
  #judge(work: Work, now: number, frame: OnAir | undefined): LossReason | undefined {
    const { retries, ack } = this.#profile
    const lost = this.#lost(work, now, frame)
    work.delivered ||= lost === undefined
    const acknowledged = lost === undefined && (ack.value === 0 || !work.path.loses(now, work.rssi))
    const again = !acknowledged && !work.order.once && work.attempt < retries.value
    if (again) {
      work.attempt++
      work.retries++
      return undefined
    }
    if (!work.delivered) return lost
    work.frames.shift()
    work.attempt = 0
    work.delivered = false
    return undefined
  }

  #lost({ path, order, rssi }: Work, now: number, frame: OnAir | undefined): LossReason | undefined {
    const { outage, interference } = this.#ports
    if (outage(path.device, now)) return "outage"
    if (!order.heard()) return "asleep"
    if (frame?.collided) return "collision"
    if (interference?.loses(now)) return "interference"
    return path.loses(now, rssi) ? "channel" : undefined
  }

  #finish(work: Work, lost: LossReason | undefined): void {
    const key = this.#key(work)
    if (this.#profile.duty[work.direction].value < 1)
      this.#allowance.set(key, { left: this.#allowed(work, work.end) - work.airtimeUs, at: work.end })
    work.order.done(work, lost)
    this.#queues.get(key)!.shift()
    const next = this.#first(work)
    if (!next) this.#queues.delete(key)
    // not before this one's frames are off the air, where they were worked out ahead
    else this.#ports.scheduler.at(work.end, () => this.#start(next))
  }

  /**
   * Of what waits with `work`, or is half sent: what is sent once has its instant (a coordinator that promises calls is on
   * time with them), the rest goes in its order.
   */
  #first(work: Work): Work | undefined {
    const queue = this.#queues.get(this.#key(work))!
    const urgent = queue.findIndex(({ order }) => order.once)
    if (urgent > 0) queue.unshift(...queue.splice(urgent, 1))
    return queue[0]
  }

  /** Airtime that the sender may still use, us: a duty cycle is counted over an hour (ETSI EN 300 220-1, 5.4.1). */
  #allowed(work: Work, now: number): number {
    const duty = this.#profile.duty[work.direction].value
    if (duty >= 1) return Number.POSITIVE_INFINITY
    const most = duty * HOUR_US
    const { left, at } = this.#allowance.get(this.#key(work)) ?? { left: most, at: now }
    return Math.min(most, left + duty * (now - at))
  }

  #channel({ path, order }: Work): number {
    const { channels, windows } = this.#profile
    // A device hops; the gateway answers on the channel it was called on, or in the second window on its own.
    if (channels.value === 1) return 0
    return order.direction === "down" && windows ? channels.value : Math.floor(path.random.uniform() * channels.value)
  }
}
