import { describe, expect, it } from "vitest"
import { RunEnd } from "../run-end.ts"
import { type DeviceState, newDevice } from "../state.ts"

const EPOCH = 10_000_000

function exhausted(more: Partial<DeviceState> = {}): DeviceState {
  return {
    ...newDevice(0),
    activity: { kind: "asleep", untilEpoch: 1 },
    exhausted: true,
    samples: 6,
    signed: new Set([1]),
    unreceipted: 1,
    ...more,
  }
}

describe("a run of some epochs", () => {
  it("is done when every device has all receipts and sleeps", () => {
    const end = new RunEnd(EPOCH, 0)
    const device = exhausted()
    expect(end.check([device], 1)).toBe("running")
    device.receipts.add(1)
    expect(end.check([device], 2)).toBe("running")
    device.unreceipted = 0
    expect(end.check([device, exhausted({ activity: { kind: "sending" } })], 3)).toBe("running")
    expect(end.check([device], 4)).toBe("done")
  })

  it("gives receipts five epochs after the epoch of the last sample", () => {
    const end = new RunEnd(EPOCH, 0)
    expect(end.check([exhausted()], 100)).toBe("running")
    expect(end.check([exhausted()], 100 + 6 * EPOCH)).toBe("running")
    expect(end.check([exhausted()], 101 + 6 * EPOCH)).toBe("late")
  })

  it("ends when nothing moves any more, but waits for the operator", () => {
    const end = new RunEnd(EPOCH, 0)
    const waiting = { ...newDevice(0), pending: true }
    expect(end.check([waiting], 100 * EPOCH)).toBe("running")
    waiting.pending = false
    expect(end.check([waiting], 108 * EPOCH)).toBe("running")
    expect(end.check([waiting], 109 * EPOCH)).toBe("late")
  })
})
