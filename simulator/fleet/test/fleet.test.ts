import { describe, expect, it } from "vitest"
import { Fleet, type FleetEvent } from "../fleet.ts"
import { WATCHDOG_US } from "../machine.ts"
import { Replay } from "../sensor.ts"
import { isDone } from "../state.ts"
import { VirtualScheduler } from "../virtual/scheduler.ts"
import { echoMedium, type Script, scriptedEngine } from "./virtual.ts"

const SECOND = 1_000_000
const recording = Array.from({ length: 10 }, (_, minute) => [20 + minute, 50, 400])

function fleetOf(script: Script, devices = 1, limit = Number.POSITIVE_INFINITY) {
  const scheduler = new VirtualScheduler()
  const { medium, open } = echoMedium(scheduler, 1000)
  const { engine, calls } = scriptedEngine(script)
  const sensors = Array.from({ length: devices }, () => new Replay(recording, 0, limit))
  const events: FleetEvent[] = []
  const fleet = new Fleet({ scheduler, mediumOf: () => medium, engineOf: () => engine }, sensors, (event) =>
    events.push(event),
  )
  return { scheduler, fleet, calls, open, events }
}

describe("a board", () => {
  it("sleeps as long as it asked for and wakes as a fresh machine", async () => {
    const { scheduler, fleet, calls } = fleetOf(({ now }) => ({ state: "asleep", until: now + 10 * SECOND }))
    fleet.powerOn(0)
    await scheduler.runUntil(25 * SECOND)
    expect(calls.map(({ what, now, reason }) => [what, now, reason])).toEqual([
      ["wake", 0, "power-on"],
      ["wake", 10 * SECOND, "timer"],
      ["wake", 20 * SECOND, "timer"],
    ])
  })

  it("counts its time from its own power-on", async () => {
    const { scheduler, fleet, calls } = fleetOf(({ now }) => ({ state: "asleep", until: now + 10 * SECOND }), 2)
    fleet.powerOn(4 * SECOND)
    await scheduler.runUntil(13 * SECOND)
    expect(calls.map(({ id, now }) => [id, now])).toEqual([
      [0, 0],
      [1, 0],
      [0, 10 * SECOND],
      [1, 10 * SECOND],
    ])
  })

  it("sends, hears the answer, sleeps, and hears nothing any more", async () => {
    const { scheduler, fleet, calls, open } = fleetOf(({ what, now }) =>
      what === "wake"
        ? { sends: [new Uint8Array(3), new Uint8Array(4)], alarm: now + SECOND }
        : { state: "asleep", until: now + 60 * SECOND },
    )
    fleet.powerOn(0)
    await scheduler.runUntil(500)
    expect(open.size).toBe(1)
    await scheduler.runUntil(5 * SECOND)
    // neither the second answer nor the alarm
    expect(calls.map(({ what }) => what)).toEqual(["wake", "datagram"])
    expect(open.size).toBe(0)
  })

  it("gets its alarm when nothing comes", async () => {
    const { scheduler, fleet, calls } = fleetOf(({ what, now }) =>
      what === "wake" ? { alarm: now + 2 * SECOND } : { state: "asleep", until: now + 60 * SECOND },
    )
    fleet.powerOn(0)
    await scheduler.runUntil(5 * SECOND)
    expect(calls.map(({ what, now }) => [what, now])).toEqual([
      ["wake", 0],
      ["alarm", 2 * SECOND],
    ])
  })

  it("hears nothing of an alarm that was moved while it was at work", async () => {
    const { scheduler, fleet, calls } = fleetOf(({ what, now }) => {
      if (what === "wake") return { sends: [new Uint8Array(3)], alarm: now + 2000 }
      // at work from 1000 to 4000
      if (what === "datagram") return { now: now + 3000, alarm: now + SECOND }
      return { state: "asleep", until: now + 60 * SECOND }
    })
    fleet.powerOn(0)
    await scheduler.runUntil(5 * SECOND)
    expect(calls.map(({ what, now }) => [what, now])).toEqual([
      ["wake", 0],
      ["datagram", 1000],
      ["alarm", 1000 + SECOND],
    ])
  })

  it("takes the next reading only after it said that it sampled", async () => {
    let wakes = 0
    const { scheduler, fleet, calls } = fleetOf(
      ({ now }) => ({
        state: "asleep",
        until: now + SECOND,
        traces: ++wakes === 2 || wakes === 3 ? [{ e: "sample", n: wakes - 1 }] : [],
      }),
      1,
      2,
    )
    fleet.powerOn(0)
    await scheduler.runUntil(4.5 * SECOND)
    expect(calls.map(({ sensor }) => sensor?.[0])).toEqual([20, 20, 21, undefined, undefined])
    expect(fleet.devices[0]).toMatchObject({ samples: 2, exhausted: true })
  })

  it("that waits for nothing is reset by its watchdog", async () => {
    const { scheduler, fleet, calls, events } = fleetOf(() => ({}))
    fleet.powerOn(0)
    await scheduler.runUntil(WATCHDOG_US + 2 * SECOND)
    expect(calls.map(({ what, reason }) => [what, reason])).toEqual([
      ["wake", "power-on"],
      ["powerCut", undefined],
      ["wake", "power-on"],
    ])
    expect(events.filter(({ type }) => type === "reset")).toMatchObject([{ why: expect.stringContaining("watchdog") }])
  })

  it("that dies starts again ever more slowly, and leaves the others alone", async () => {
    const { scheduler, fleet, calls } = fleetOf(
      ({ id, now }) =>
        id === 0 ? { state: "died", reason: "memory full" } : { state: "asleep", until: now + 5 * SECOND },
      2,
    )
    fleet.powerOn(0)
    await scheduler.runUntil(16 * SECOND)
    expect(calls.filter(({ id }) => id === 0).map(({ now }) => now / SECOND)).toEqual([0, 1, 3, 7, 15])
    expect(calls.filter(({ id }) => id === 1).map(({ now }) => now / SECOND)).toEqual([0, 5, 10, 15])
    expect(fleet.devices[0]).toMatchObject({ resets: 5, activity: { kind: "reset", why: "memory full" } })
  })

  it("does nothing after the fleet was stopped", async () => {
    const { scheduler, fleet, calls } = fleetOf(({ now }) => ({ state: "asleep", until: now + SECOND }))
    fleet.powerOn(0)
    await scheduler.runUntil(0)
    await fleet.stop()
    await scheduler.runUntil(10 * SECOND)
    expect(calls).toHaveLength(1)
  })
})

describe("what is known of a device", () => {
  it("follows its traces, and leaves out what belongs to an earlier run", async () => {
    const turns = [
      [
        { e: "boot", reason: "power-on", boot: 4, address: "0xab" },
        { e: "hello" },
        { e: "refused", seq: 0, reason: 2 },
        { e: "acked", seqs: [], rttMs: 3 },
        { e: "pending", id: 1 },
        { e: "asleep", untilEpoch: 0, unsent: 0, unreceipted: 0, pending: 0, misses: 0 },
      ],
      [
        { e: "sample", n: 1 },
        { e: "signed", seq: 9, epoch: 1, samples: 1, bytes: 90 },
        { e: "sent", request: 65, reports: 2, bytes: 200 },
        { e: "sent", request: 66, reports: 2, bytes: 200 },
        { e: "acked", seqs: [9, 8], rttMs: 3 },
        { e: "asleep", untilEpoch: 2, unsent: 0, unreceipted: 1, pending: 0, misses: 0 },
        { e: "something new" },
      ],
      [
        { e: "receipt", seq: 9, epoch: 1, ok: true },
        { e: "receipt", seq: 8, epoch: 1, ok: true },
        { e: "asleep", untilEpoch: 3, unsent: 0, unreceipted: 0, pending: 0, misses: 0 },
      ],
    ]
    let turn = 0
    const { scheduler, fleet, events } = fleetOf(
      ({ now }) => ({ state: "asleep", until: now + SECOND, traces: turns[turn++] ?? [], signNs: [1000 * turn] }),
      1,
      1,
    )
    fleet.powerOn(0)
    const device = fleet.devices[0]!
    await scheduler.runUntil(0)
    expect(device).toMatchObject({ address: "0xab", pending: true, activity: { kind: "pending" } })
    await scheduler.runUntil(SECOND)
    expect(device).toMatchObject({ enrolled: true, pending: false, attempts: 2, samples: 1, unreceipted: 1 })
    expect([...device.acked]).toEqual([9])
    expect(isDone(device)).toBe(false)
    await scheduler.runUntil(2 * SECOND)
    expect([...device.receipts]).toEqual([9])
    expect(device).toMatchObject({ lastSignNs: 3000, heapBytes: 64_000, wakes: 3 })
    expect(isDone(device)).toBe(true)
    const seldom = events.map(({ type }) => type).filter((type) => type === "pending" || type === "enrolled")
    expect(seldom).toEqual(["pending", "enrolled"])
  })
})
