/** Bad air before a live medium: what goes through it is lost or late as a model has it, and is counted as on its air. */
import type { FrameObserver, Medium } from "../fleet/medium.ts"
import type { Scheduler } from "../fleet/scheduler.ts"
import type { Impairment } from "./impairment.ts"

export interface ImpairedOptions {
  scheduler: Scheduler
  /** absent: nothing is lost or late */
  impairment?: Impairment | undefined
  /** a stream, whose pieces keep their order however late they are */
  ordered?: boolean
  /** bytes that the medium adds to what it is given, and µs on the air of all of them; none: it is no air */
  header?: number
  airtime?(bytes: number): number
  observe?: FrameObserver
}

type Direction = "up" | "down"

export function impairedMedium(inner: Medium, options: ImpairedOptions): Medium {
  const { scheduler, impairment, ordered = false, header = 0, airtime = () => 0, observe } = options
  return {
    open(device, receive) {
      const free: Record<Direction, number> = { up: 0, down: 0 }
      const pass = (direction: Direction, length: number, deliver: () => void | Promise<void>) => {
        const bytes = length + header
        const start = scheduler.now()
        const frame = { device, direction, start, bytes, airtimeUs: airtime(bytes), retries: 0 }
        for (const fate of impairment?.fates(device, start) ?? [{ delayUs: 0 }]) {
          if ("lost" in fate) observe?.({ ...frame, end: start, lost: fate.lost })
          else {
            const end = Math.max(start + fate.delayUs, ordered ? free[direction] : 0)
            free[direction] = end
            observe?.({ ...frame, end })
            if (end > start) scheduler.at(end, deliver)
            else return deliver()
          }
        }
      }
      const link = inner.open(device, (bytes) => pass("down", bytes.length, () => receive(bytes)))
      return {
        send: (bytes) => void pass("up", bytes.length, () => link.send(bytes)),
        close: () => link.close(),
      }
    },
    close: () => inner.close(),
  }
}
