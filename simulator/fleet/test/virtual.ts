/** Stand-ins for tests: an engine that follows a script, and a gateway that echoes. */
import type { Engine, TurnResult, WakeParameters } from "../engine.ts"
import type { Medium } from "../medium.ts"
import type { Scheduler } from "../scheduler.ts"

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

export type Script = (call: Call) => Partial<Omit<TurnResult, "traces" | "tracedAt">> & { traces?: object[] }

/** An engine whose machines do what `script` answers. */
export function scriptedEngine(script: Script): { engine: Engine; calls: Call[] } {
  const calls: Call[] = []
  const turn = async (call: Call): Promise<TurnResult> => {
    calls.push(call)
    const { traces = [], ...rest } = script(call)
    const lines = { traces: traces.map((trace) => JSON.stringify(trace)), tracedAt: traces.map(() => call.now) }
    return { ...quiet, now: call.now, ...rest, ...lines }
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
