/** The air of a live run: real sockets and lines, with a model of bad air before them where one is asked for. */
import type { NetConnectOpts } from "node:net"
import { impairedMedium } from "../radio/impaired-medium.ts"
import type { Impairment } from "../radio/impairment.ts"
import { media } from "../radio/profiles.ts"
import { lineMedium } from "./line.ts"
import { type LinkShare, type LiveLink, mediumOf } from "./link-shares.ts"
import type { FrameObserver, Medium } from "./medium.ts"
import type { Scheduler } from "./scheduler.ts"
import { type UdpTarget, udpMedium } from "./udp.ts"

export interface LiveLinks {
  shares: readonly LinkShare[]
  coap: UdpTarget
  /** where the gateway waits for serial lines; needed where a device has one */
  serial: NetConnectOpts | undefined
  impairment: Impairment | undefined
}

export interface LivePorts {
  scheduler: Scheduler
  observe: FrameObserver
  onError(error: unknown): void
}

export function liveMedium({ shares, coap, serial, impairment }: LiveLinks, ports: LivePorts): Medium {
  const { scheduler, observe, onError } = ports
  const open: Record<LiveLink, () => Medium> = {
    wifi: () => {
      const { header, airtime } = media.wifi
      const air = { scheduler, observe, impairment, header: header.value, airtime }
      return impairedMedium(udpMedium(coap, onError), air)
    },
    // What a line carries is what devices write: framing is in it.
    serial: () => {
      const air = { scheduler, observe, impairment, airtime: media.serial.airtime, ordered: true }
      return impairedMedium(lineMedium(serial!, onError), air)
    },
  }
  return mediumOf(new Map(shares.map(({ link }) => [link, open[link]()])), shares)
}
