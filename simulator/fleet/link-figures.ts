/** What each link of a fleet carried, and how well: gathered from frames and from what devices tell. */
import type { LinkName } from "../../src/protocol/link-message.ts"
import type { FrameEvent } from "./medium.ts"
import type { Trace } from "./trace.ts"

export interface LinkFigures {
  link: LinkName
  devices: number
  /** frames, or datagrams, and pieces of a line */
  frames: { up: number; down: number; lost: number }
  /** as on the air, with the medium's headers, lost ones too */
  bytes: { up: number; down: number }
  airtimeMs: number
  /** uplinks, each try of them, a retry where it is not the first of its wake; and enrolments */
  messages: { sent: number; answered: number; retries: number }
  samples: number
  /** means over what was heard, where the radio tells */
  rssi?: number
  lqi?: number
}

interface Sums extends Omit<LinkFigures, "rssi" | "lqi"> {
  heard: { rssi: number[]; lqi: number[] }
}

export class LinkCounters {
  readonly #linkOf: (device: number) => LinkName
  readonly #links = new Map<LinkName, Sums>()
  /** by device: uplinks in this wake */
  readonly #tries: number[] = []

  /** One device for each index below `devices`. */
  constructor(devices: number, linkOf: (device: number) => LinkName) {
    this.#linkOf = linkOf
    for (let device = 0; device < devices; device++) this.#of(device).devices++
  }

  frame({ device, direction, bytes, airtimeUs, retries, lost, rssi, lqi }: FrameEvent): void {
    const sums = this.#of(device)
    sums.frames[direction]++
    sums.bytes[direction] += bytes
    sums.airtimeMs += airtimeUs / 1000
    sums.messages.retries += retries
    if (lost) sums.frames.lost++
    if (rssi !== undefined) add(sums.heard.rssi, rssi)
    if (lqi !== undefined) add(sums.heard.lqi, lqi)
  }

  trace(device: number, trace: Trace): void {
    const { messages } = this.#of(device)
    if (trace.e === "boot") this.#tries[device] = 0
    else if (trace.e === "sample") this.#of(device).samples++
    else if (trace.e === "acked") messages.answered++
    else if (trace.e === "hello") messages.sent++
    else if (trace.e === "sent") {
      messages.sent++
      const tries = this.#tries[device] ?? 0
      if (tries > 0) messages.retries++
      this.#tries[device] = tries + 1
    }
  }

  get figures(): LinkFigures[] {
    return [...this.#links.values()].map(({ heard, ...sums }) => ({
      ...sums,
      ...(heard.rssi.length > 0 && { rssi: mean(heard.rssi) }),
      ...(heard.lqi.length > 0 && { lqi: mean(heard.lqi) }),
    }))
  }

  #of(device: number): Sums {
    const link = this.#linkOf(device)
    let sums = this.#links.get(link)
    if (!sums) {
      sums = {
        ...{ link, devices: 0, airtimeMs: 0, samples: 0 },
        ...{ frames: { up: 0, down: 0, lost: 0 }, bytes: { up: 0, down: 0 } },
        ...{ messages: { sent: 0, answered: 0, retries: 0 }, heard: { rssi: [], lqi: [] } },
      }
      this.#links.set(link, sums)
    }
    return sums
  }
}

/** Sum and count: of a long run nothing else is kept. */
function add(sums: number[], value: number): void {
  sums[0] = (sums[0] ?? 0) + value
  sums[1] = (sums[1] ?? 0) + 1
}

function mean([sum, count]: readonly number[]): number {
  return sum! / count!
}
