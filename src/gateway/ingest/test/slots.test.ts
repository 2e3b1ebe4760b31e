import { describe, expect, it } from "vitest"
import { EpochSchedule } from "../../../protocol/epochs.ts"
import { encodeReport, Kind } from "../../../protocol/index.ts"
import { paceOf, Slots } from "../slots.ts"

const LENGTH = 600_000
const START = 1_800_000_000_000
const schedule = new EpochSchedule([{ first: 1, start: START, length: LENGTH }])
const pace = () => ({ batch: 1, interval: 1 })

interface Sender {
  id: number
  phase: number
  /** whether the first attempt of this wake is lost where somebody is near; always: also where nobody is */
  loses(epoch: number): boolean
  always?: boolean
}

/** Devices that report once an epoch at their phase, and go where they are sent. */
function run(given: readonly Sender[], epochs: number) {
  const devices = given.map((device) => ({ ...device }))
  const near = ({ id, phase }: Sender) => devices.some((d) => d.id !== id && Math.abs(d.phase - phase) < 250)
  const slots = new Slots(() => schedule)
  const requests = new Map(devices.map(({ id }) => [id, 0]))
  const assigned: { id: number; epoch: number; place: number }[] = []
  for (let epoch = 1; epoch <= epochs; epoch++)
    for (const device of [...devices].sort((a, b) => a.phase - b.phase)) {
      const { id, phase, loses, always } = device
      const lost = loses(epoch) && (always || near(device))
      const request = requests.get(id)! + (lost ? 2 : 1)
      requests.set(id, request)
      const at = schedule.startOf(epoch) + phase + (lost ? 900 : 0)
      const place = slots.arrived({ device: id, request, at, pace })
      if (place === undefined) continue
      assigned.push({ id, epoch, place })
      device.phase = (place / 65_536) * LENGTH
    }
  return assigned
}

const sometimes = (epoch: number) => epoch > 6 && epoch % 2 === 0
const never = () => false
const crowd = [50_000, 150_000, 420_000].map((phase, i) => ({ id: 10 + i, phase, loses: never }))

describe("slots that collide", () => {
  it("are parted: one of the two gets the emptiest place, once", () => {
    const assigned = run(
      [{ id: 1, phase: 300_000, loses: sometimes }, { id: 2, phase: 300_100, loses: sometimes }, ...crowd],
      30,
    )
    expect(assigned.length).toBe(1)
    const { place } = assigned[0]!
    // Between 420 s and the latest place that a device may have.
    expect((place / 65_536) * 600).toBeGreaterThan(490)
    expect(place / 65_536).toBeLessThanOrEqual(0.85)
  })

  it("are left where they are while fewer than three of five wakes lose their first attempt", () => {
    const rarely = (epoch: number) => epoch % 3 === 0
    expect(
      run(
        [
          { id: 1, phase: 300_000, loses: rarely },
          { id: 2, phase: 300_100, loses: never },
        ],
        40,
      ),
    ).toEqual([])
  })

  it("are not to blame where nobody is near", () => {
    expect(run([{ id: 1, phase: 300_000, loses: () => true, always: true }, ...crowd], 40)).toEqual([])
  })

  it("are told from a reset, which skips a block of numbers", () => {
    const slots = new Slots(() => schedule)
    let request = 0
    for (let epoch = 1; epoch < 30; epoch++) {
      const at = schedule.startOf(epoch) + 1000
      request += epoch > 5 ? 64 : 1
      expect(slots.arrived({ device: 1, request, at, pace })).toBeUndefined()
      expect(slots.arrived({ device: 2, request: epoch, at: at + 1, pace })).toBeUndefined()
    }
  })

  it("give the same places whenever the same happens", () => {
    const devices = Array.from({ length: 40 }, (_, id) => ({
      ...{ id, phase: 300_000 + 40 * id },
      loses: (epoch: number) => (epoch * 7 + id * 3) % 5 < 3,
    }))
    const first = run(devices, 60)
    expect(first.length).toBeGreaterThan(5)
    expect(run(devices, 60)).toEqual(first)
    expect(new Set(first.map(({ place }) => place)).size).toBe(first.length)
  })
})

describe("the pace of a device", () => {
  const common = { seq: 1, epoch: 1, prev: new Uint8Array(8), at: 0 }
  const signed = (step: number | number[], count: number) => {
    const samples = Array.from({ length: count }, () => [1])
    return new Uint8Array([...encodeReport({ kind: Kind.samples, ...common, step, samples }), ...new Uint8Array(64)])
  }

  it("is told by the distance of its samples", () => {
    expect(paceOf(signed(0, 1), schedule)).toEqual({ batch: 1, interval: 1 })
    expect(paceOf(signed([9_990, 10_010, 10_000, 9_995, 10_001], 6), schedule)).toEqual({ batch: 6, interval: 1 })
    expect(paceOf(signed(60_000, 3), schedule)).toEqual({ batch: 3, interval: 3 })
  })
})
