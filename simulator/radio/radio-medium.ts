/**
 * A medium by its profile, in virtual time or live: datagrams become frames, frames wait for a free channel, meet others,
 * are lost and repeated, and what arrives goes to the gateway's end, whose answers come back the same way.
 */
import type { FrameObserver, GatewayEnd, Link, LossReason, Medium } from "../fleet/medium.ts"
import { randomStream } from "../fleet/random.ts"
import type { Scheduler } from "../fleet/scheduler.ts"
import { Air } from "./air.ts"
import { Channel } from "./channel.ts"
import type { Impairment } from "./impairment.ts"
import { Path } from "./path.ts"
import type { MediumProfile } from "./profiles.ts"
import { Sender, type Shipment } from "./sender.ts"

export interface RadioPorts {
  scheduler: Scheduler
  gateway: GatewayEnd
  seed: string
  observe?: FrameObserver
  /** whether the link of a device is down */
  outage?: (device: number, now: number) => boolean
  /** loses and delays datagrams on top of what the profile does */
  impairment?: Impairment
  /** when the gateway will call a device that begins to listen now; `undefined`: not at all */
  callAt?: (device: number, now: number) => number | undefined
}

/** The gateway's call: a frame without payload, sent once and not acknowledged. */
const CALL = new Uint8Array(0)

export function radioMedium(profile: MediumProfile, ports: RadioPorts): Medium {
  return new RadioMedium(profile, ports)
}

interface OpenLink {
  device: number
  receive: (bytes: Uint8Array) => void | Promise<void>
}

class RadioMedium implements Medium {
  readonly #profile: MediumProfile
  readonly #ports: RadioPorts
  readonly #paths = new Map<number, Path>()
  readonly #open = new Map<number, OpenLink>()
  readonly #sender: Sender
  #closed = false

  constructor(profile: MediumProfile, ports: RadioPorts) {
    const { scheduler, seed, outage } = ports
    const { quiet, burst, loss } = profile.interference
    const random = randomStream(seed, "interference", profile.link)
    const parameters = { good: quiet.value, bad: burst.value, lossGood: 0, lossBad: loss.value }
    this.#profile = profile
    this.#ports = ports
    this.#sender = new Sender(profile, {
      scheduler,
      air: new Air(profile.capture.value),
      interference: burst.value > 0 ? new Channel(scaled(parameters, 1e6), random) : undefined,
      outage: outage ?? (() => false),
    })
  }

  open(device: number, receive: OpenLink["receive"]): Link {
    const link: OpenLink = { device, receive }
    this.#open.set(device, link)
    this.#expectCall(link)
    return {
      send: (bytes) => {
        if (!this.#closed) this.#up(device, bytes)
      },
      close: () => {
        if (this.#open.get(device) === link) this.#open.delete(device)
      },
    }
  }

  close(): void {
    this.#closed = true
    this.#open.clear()
  }

  #up(device: number, bytes: Uint8Array): void {
    const path = this.#path(device)
    this.#sender.ship({
      path,
      direction: "up",
      length: bytes.length,
      heard: () => true,
      done: (shipment, lost) => {
        const { scheduler, gateway } = this.#ports
        const arrived = this.#settle(shipment, lost, path.latency())
        if (arrived === undefined) return
        const answer = (reply: Uint8Array) => this.#answer(path, reply, shipment.end)
        scheduler.at(arrived, () => {
          if (!this.#closed) return gateway.datagram(device, bytes, answer)
        })
      },
    })
  }

  /** `sent`: when the device's frame ended, from which its windows count. */
  #answer(path: Path, bytes: Uint8Array, sent: number): void {
    const { scheduler } = this.#ports
    const begun = scheduler.now()
    const ready = begun + path.latency()
    const at = this.#window(ready, sent)
    if (at === undefined) this.#report({ path, direction: "down", begun, end: ready }, "asleep")
    else scheduler.at(at, () => this.#down(path, bytes, begun))
  }

  #down(path: Path, bytes: Uint8Array, begun?: number): void {
    if (this.#closed) return
    const link = this.#open.get(path.device)
    this.#sender.ship({
      path,
      direction: "down",
      length: bytes.length,
      ...(begun !== undefined && { begun }),
      ...(bytes === CALL && { once: true }),
      heard: () => link !== undefined && this.#open.get(path.device) === link,
      done: (shipment, lost) => {
        const arrived = this.#settle(shipment, lost, 0, bytes === CALL)
        if (arrived === undefined || !link) return
        this.#ports.scheduler.at(arrived, () => {
          if (this.#open.get(path.device) === link) return link.receive(bytes)
        })
      },
    })
  }

  /** When what is ready at `ready` goes out; `undefined`: never, the device has gone to sleep. */
  #window(ready: number, sent: number): number | undefined {
    const { windows } = this.#profile
    if (!windows) return ready
    return [windows.first, windows.second].map(({ value }) => sent + value * 1e6).find((window) => window >= ready)
  }

  #expectCall(link: OpenLink): void {
    const { scheduler, callAt } = this.#ports
    const at = callAt?.(link.device, scheduler.now())
    if (at === undefined) return
    scheduler.at(at, () => {
      if (this.#open.get(link.device) === link) this.#down(this.#path(link.device), CALL)
    })
  }

  /** The end of a datagram's way: says when it arrives, or that it does not. */
  #settle(shipment: Shipment, lost: LossReason | undefined, latency: number, call = false): number | undefined {
    const { impairment, outage } = this.#ports
    const { path, end } = shipment
    const fate = lost ? { lost } : (impairment?.fate(path.device, end) ?? { delayUs: 0 })
    const gone = "lost" in fate ? fate.lost : outage?.(path.device, end) ? "outage" : undefined
    this.#report(shipment, gone, call)
    return gone || "lost" in fate ? undefined : end + latency + fate.delayUs
  }

  #report(
    shipment: Pick<Shipment, "path" | "direction" | "begun" | "end"> & Partial<Shipment>,
    lost: LossReason | undefined,
    call = false,
  ): void {
    const { path, direction, begun, end, bytes = 0, airtimeUs = 0, retries = 0, rssi } = shipment
    const quality = rssi !== undefined && this.#profile.signal.floor.value < 0 && { rssi, lqi: path.lqi(rssi) }
    this.#ports.observe?.({
      ...{ device: path.device, direction, start: begun, end, bytes, airtimeUs, retries },
      ...(lost && { lost }),
      ...(call && { call }),
      ...quality,
    })
  }

  #path(device: number): Path {
    let path = this.#paths.get(device)
    if (!path) {
      path = new Path(this.#profile, this.#ports.seed, device)
      this.#paths.set(device, path)
    }
    return path
  }
}

function scaled<T extends { good: number; bad: number }>(parameters: T, by: number): T {
  return { ...parameters, good: parameters.good * by, bad: parameters.bad * by }
}
