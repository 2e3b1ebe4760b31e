import { describe, expect, it } from "vitest"
import { parseScenario } from "../../scenarios/read.ts"
import { type DeviceState, newDevice } from "../state.ts"
import { Drain } from "../virtual/drain.ts"

const MINUTE = 60_000_000
const HOUR = 60 * MINUTE

/** Two hours in epochs of a minute: `interval` epochs a report. */
function drain(rest = "", interval = 1): Drain {
  const group = `groups:\n  - { name: sensors, count: 1, interval: ${interval} }\n`
  return new Drain(parseScenario(`name: drain\ndays: ${2 / 24}\nepoch: 1m\n${group}${rest}`, "drain"))
}

const waiting = (): DeviceState => ({ ...newDevice(0), exhausted: true, signed: new Set([1]), unreceipted: 1 })

describe("a run in virtual time", () => {
  it("is done when all is in", () => {
    const activity = { kind: "asleep", untilEpoch: 1 } as const
    const device = { ...waiting(), activity, receipts: new Set([1]), unreceipted: 0 }
    expect(drain().check([device], MINUTE)).toBe("done")
  })

  it("stands still in its days as long as it likes, and then for as long as a report may wait for its epoch", () => {
    const one = drain()
    expect(one.check([waiting()], 2 * HOUR + 21 * MINUTE)).toBe("running")
    expect(one.check([waiting()], 2 * HOUR + 21 * MINUTE + 1)).toBe("late")
    expect(drain("", 10).check([waiting()], 2 * HOUR + 165 * MINUTE)).toBe("running")
  })

  it("goes on while anything comes in", () => {
    const one = drain()
    const device = waiting()
    for (let now = 2 * HOUR; now < 10 * HOUR; now += 20 * MINUTE) {
      device.acked.add(device.acked.size + 1)
      expect(one.check([device], now)).toBe("running")
    }
    expect(one.check([device], 11 * HOUR)).toBe("late")
  })

  it.each([
    ["gateway-down, at: 1h, for: 3h", 4],
    ["gateway-time, at: 1h, for: 30m, by: 3h", 4.5],
    ["gateway-time, at: 1h, for: 30m, by: -3h", 2],
    ["outage, every: 1h, for: 3h", 5],
    ["outage, every: 1h, until: 90m, for: 3h", 4.5],
    ["gateway-down, at: 3h, for: 3h", 2],
    ["cloned, at: 1h, for: 30h", 2],
  ])("waits for the end of what goes wrong in its days: %s", (fault, hours) => {
    const one = drain(`faults:\n  - { kind: ${fault} }\n`)
    expect(one.check([waiting()], hours * HOUR + 21 * MINUTE)).toBe("running")
    expect(one.check([waiting()], hours * HOUR + 21 * MINUTE + 1)).toBe("late")
  })
})
