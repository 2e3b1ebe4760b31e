/** Whose air is whose: groups, the radios of a gateway, twins. */
import { expect, it } from "vitest"
import type { FrameEvent } from "../medium.ts"
import { defaultScenario } from "../virtual/default-scenario.ts"
import { membersOf } from "../virtual/members.ts"
import { VirtualScheduler } from "../virtual/scheduler.ts"
import { mediaOf } from "../virtual/surroundings.ts"

const DEVICES = 48

/** What becomes of datagrams that so many devices send in one instant. */
async function atOnce(radios: number) {
  const scheduler = new VirtualScheduler()
  const usual = defaultScenario({ devices: DEVICES, batch: 1, epochMs: 600_000, days: 1, seed: 1 })
  const scenario = { ...usual, groups: usual.groups.map((group) => ({ ...group, radios })) }
  const frames: FrameEvent[] = []
  const arrived = new Set<number>()
  const mediumOf = mediaOf(scenario, membersOf(scenario), {
    ...{ scheduler, observe: (frame) => void frames.push(frame), outage: () => false, callAt: () => undefined },
    gateway: { datagram: (device) => void arrived.add(device) },
  })
  for (let device = 0; device < DEVICES; device++)
    mediumOf(device)
      .open(device, () => {})
      .send(new Uint8Array(90))
  await scheduler.runUntil(60_000_000)
  const met = frames.filter(({ lost }) => lost === "busy" || lost === "collision").length
  return { met, arrived }
}

it("devices on different radios of a gateway do not meet", async () => {
  const [one, many] = [await atOnce(1), await atOnce(16)]
  expect(one.met).toBeGreaterThan(DEVICES / 2)
  expect(many.met).toBeLessThan(DEVICES / 8)
  expect(many.arrived.size).toBeGreaterThan(DEVICES - DEVICES / 8)
})

it("the fleet of a run without a scenario has a radio for each thousand devices, as far as there are channels", () => {
  const radios = [1, 1_000, 1_001, 10_000, 100_000].map(
    (devices) => defaultScenario({ devices, batch: 1, epochMs: 1, days: 1, seed: 1 }).groups[0]!.radios,
  )
  expect(radios).toEqual([1, 1, 2, 10, 16])
})
