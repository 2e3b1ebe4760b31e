/** Stand-ins for tests: time that only moves from event to event, and an engine that follows a script. */
import type { Engine, TurnResult, WakeParameters } from "../engine.ts"
import type { Medium } from "../medium.ts"
import type { Scheduler } from "../scheduler.ts"

interface Event {
  time: number
  order: number
  action: () => void | Promise<void>
  cancelled: boolean
}

export class VirtualScheduler implements Scheduler {
  #now = 0
  #order = 0
  #events: Event[] = []

  now(): number {
    return this.#now
  }

  at(time: number, action: () => void | Promise<void>) {
    const event: Event = { time: Math.max(time, this.#now), order: this.#order++, action, cancelled: false }
    this.#events.push(event)
    return {
      cancel: () => {
        event.cancelled = true
      },
    }
  }

  /** Lets everything happen up to `end`. */
  async runUntil(end: number): Promise<void> {
    for (;;) {
      this.#events = this.#events.filter(({ cancelled }) => !cancelled)
      this.#events.sort((a, b) => a.time - b.time || a.order - b.order)
      const next = this.#events[0]
      if (!next || next.time > end) break
      this.#events.shift()
      this.#now = next.time
      await next.action()
    }
    this.#now = end
  }
}

export interface Call {
  what: "wake" | "datagram" | "alarm" | "powerCut"
  id: number
  now: number
  reason?: WakeParameters["reason"]
  sensor?: readonly (number | null)[] | undefined
}

const quiet: TurnResult = {
  state: "waiting",
  now: 0,
  sends: [],
  sentAt: [],
  traces: [],
  tracedAt: [],
  meter: 0,
  wallNs: 0,
  signNs: [],
  flashOps: 0,
  flashBytes: 0,
  flashErases: 0,
  randomCounter: 0,
  heap: { slots: 0, slotsPeak: 40_000, chunks: 0, chunksPeak: 20_000, stackPeak: 4_000 },
}

export type Script = (call: Call) => Partial<Omit<TurnResult, "traces">> & { traces?: object[] }

/** An engine whose machines do what `script` answers. */
export function scriptedEngine(script: Script): { engine: Engine; calls: Call[] } {
  const calls: Call[] = []
  const turn = async (call: Call): Promise<TurnResult> => {
    calls.push(call)
    const { traces = [], ...rest } = script(call)
    return { ...quiet, now: call.now, ...rest, traces: traces.map((trace) => JSON.stringify(trace)) }
  }
  const engine: Engine = {
    wake: (id, { now, reason, sensor }) => turn({ what: "wake", id, now, reason, sensor }),
    datagram: (id, { now }) => turn({ what: "datagram", id, now }),
    alarm: (id, { now }) => turn({ what: "alarm", id, now }),
    powerCut: async (id) => {
      calls.push({ what: "powerCut", id, now: 0 })
    },
  }
  return { engine, calls }
}

/** A gateway that answers each datagram with the same bytes after `latency` microseconds. */
export function echoMedium(scheduler: Scheduler, latency: number): { medium: Medium; open: Set<number> } {
  const open = new Set<number>()
  const medium: Medium = {
    open(device, receive) {
      open.add(device)
      return {
        send: (bytes) => void scheduler.at(scheduler.now() + latency, () => receive(bytes)),
        close: () => void open.delete(device),
      }
    },
    close: () => open.clear(),
  }
  return { medium, open }
}
