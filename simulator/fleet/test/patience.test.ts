/** The last turn of a wake, collected late: others go on meanwhile, and what it did keeps its own times. */
import { describe, expect, it } from "vitest"
import { Fleet, type FleetEvent } from "../fleet.ts"
import { Replay } from "../sensor.ts"
import { type DeviceState, newDevice } from "../state.ts"
import { Ahead } from "../virtual/ahead.ts"
import { defaultScenario } from "../virtual/default-scenario.ts"
import { patienceOf } from "../virtual/patience.ts"
import { VirtualScheduler } from "../virtual/scheduler.ts"
import { echoMedium, type Script, scriptedEngine } from "./virtual.ts"

const SECOND = 1_000_000
const PATIENCE = SECOND

/** One board in virtual time, whose answers all pass for the last. */
function boardOf(script: Script) {
  const scheduler = new VirtualScheduler()
  const { medium, open } = echoMedium(scheduler, 1000)
  const { engine, calls } = scriptedEngine(script)
  let answer = () => {}
  const asked = new Promise<void>((resolve) => {
    answer = resolve
  })
  const slow = {
    ...engine,
    datagram: (...call: Parameters<typeof engine.datagram>) => asked.then(() => engine.datagram(...call)),
  }
  const events: FleetEvent[] = []
  const virtual = {
    ahead: new Ahead(() => slow, 1),
    ...{ bootMicros: () => 0, millivolts: () => 3000, faultsOf: () => undefined, install: async () => {} },
    ...{ leastTurn: 1000, patience: () => PATIENCE },
  }
  const ports = { scheduler, mediumOf: () => medium, engineOf: () => slow, virtual }
  const fleet = new Fleet(ports, [new Replay([[20]], 0)], (event) => void events.push(event))
  return { scheduler, fleet, calls, open, events, answer }
}

describe("a last turn", () => {
  it("lets others go on, and has its own times nevertheless", async () => {
    const { scheduler, fleet, calls, open, events, answer } = boardOf(({ what, now }) =>
      what === "wake"
        ? { sends: [new Uint8Array(40)] }
        : { state: "asleep", now: now + 3000, until: 60 * SECOND, traces: [{ e: "sample", n: 1 }] },
    )
    // The engine does not answer before another event has happened, later than the turn's end.
    scheduler.at(SECOND / 2, () => answer())
    fleet.powerOn(0)
    await scheduler.runUntil(10 * SECOND)
    expect(open.size).toBe(0)
    // there and back, and the turn's own time
    expect(events.find(({ type }) => type === "slept")).toMatchObject({ at: 4000 })
    expect(events.find(({ type }) => type === "trace")).toMatchObject({ ended: 4000 })
    await scheduler.runUntil(60 * SECOND)
    expect(calls.map(({ what, now }) => [what, now])).toEqual([
      ["wake", 0],
      ["datagram", 1000],
      ["wake", 60 * SECOND],
    ])
  })

  it("that was not the last goes on as much later", async () => {
    let answers = 0
    const { scheduler, fleet, calls, answer } = boardOf(({ what, now }) =>
      what === "wake" || answers++ === 0
        ? { sends: [new Uint8Array(40)] }
        : { state: "asleep", until: now + 60 * SECOND },
    )
    answer()
    fleet.powerOn(0)
    await scheduler.runUntil(10 * SECOND)
    expect(calls.map(({ what, now }) => [what, now])).toEqual([
      ["wake", 0],
      ["datagram", 1000],
      ["datagram", 1000 + PATIENCE + 1000],
    ])
  })
})

describe("patience", () => {
  const basics = { devices: 1, batch: 1, epochMs: 600_000, days: 1, seed: 1 }
  const plain: DeviceState = { ...newDevice(0), enrolled: true, attempts: 1, unreceipted: 2 }
  const answer = new Uint8Array(100)

  it("is for the one answer of an enrolled device that has nothing else to tell", () => {
    const patience = patienceOf(defaultScenario(basics))
    expect(patience(plain, answer)).toBe(2 * SECOND)
    const others: Partial<DeviceState>[] = [
      { enrolled: false },
      { attempts: 2 },
      { unreceipted: 9 },
      { unreceipted: undefined },
    ]
    for (const other of others) expect(patience({ ...plain, ...other }, answer)).toBeUndefined()
    // the gateway's call, and what it refuses
    expect(patience(plain, new Uint8Array(0))).toBeUndefined()
    expect(patience(plain, new Uint8Array(12))).toBeUndefined()
    // a clone is nobody's device
    expect(patience(undefined, answer)).toBeUndefined()
  })

  it("ends long before the next sample", () => {
    expect(patienceOf(defaultScenario({ ...basics, epochMs: 20_000 }))(plain, answer)).toBe(SECOND / 5)
    expect(patienceOf(defaultScenario({ ...basics, epochMs: 60_000, batch: 24 }))(plain, answer)).toBe(SECOND / 40)
  })
})
