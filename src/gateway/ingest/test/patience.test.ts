/** How often those ask who wait for the operator, and when those come again for whom there was no room. */
import { afterEach, describe, expect, it } from "vitest"
import { Harness, seededRandom, settle } from "../../test/support/harness.ts"
import { Bucket } from "../bucket.ts"
import { Patience } from "../patience.ts"

const EPOCH = 600_000
const START = 1_767_225_600_000

let harness: Harness | undefined
afterEach(async () => {
  await harness?.end()
  harness = undefined
})

/** A whole gateway that nobody operates; what a device is told, it does. */
async function waiting(devices: number) {
  const here = (harness = await Harness.start({ epochMs: EPOCH, limits: { pendingDevices: devices } }))
  const { clock } = here
  const asked: { at: number; wait: number }[] = []
  const due: number[] = []
  const note = (device: number, wait: number) => {
    asked.push({ at: clock.now(), wait })
    due[device] = clock.now() + wait
  }
  const fleet = Array.from({ length: devices }, () => here.device())
  for (const [i, device] of fleet.entries()) note(i, (await device.enrol()).retryAfter)
  await settle()
  return {
    asked,
    /** Goes on for so many ms. */
    async goOn(ms: number) {
      const end = clock.now() + ms
      for (;;) {
        const next = Math.min(...due)
        if (next > end) return
        await clock.advance(Math.max(0, next - clock.now()))
        const device = due.indexOf(next)
        note(device, (await fleet[device]!.send()).retryAfter)
      }
    },
  }
}

describe("a device that waits for the operator", () => {
  it("asks soon at first, then ever later, and in the end hardly more often than it will report", async () => {
    const { asked, goOn } = await waiting(1)
    await goOn(3 * 3_600_000)
    const [first] = asked
    for (const { at, wait } of asked) {
      const waited = at - first!.at
      const most = Math.min(EPOCH, Math.max(5_000, waited / 4))
      expect(wait).toBeLessThanOrEqual(Math.ceil(most))
      expect(wait).toBeGreaterThanOrEqual(Math.floor(most / 2))
    }
    expect(first!.wait).toBeLessThanOrEqual(5_000)
    // 2,160 every five seconds
    expect(asked.length).toBeLessThan(60)
  })

  it("shares the air with all others that wait", async () => {
    const { asked, goOn } = await waiting(100)
    await goOn(40_000)
    // each every five seconds they would be 20 a second
    expect((asked.length - 100) / 40).toBeLessThan(14)
    expect(new Set(asked.map(({ wait }) => wait)).size).toBeGreaterThan(100)
  })
})

describe("who finds no room", () => {
  it("is told to come again, not with all others", async () => {
    const here = (harness = await Harness.start({ epochMs: EPOCH, limits: { pendingDevices: 2 } }))
    for (let i = 0; i < 2; i++) await here.device().enrol()
    const waits: number[] = []
    for (let i = 0; i < 20; i++) {
      const device = here.device()
      const { deviceNonce, challenge } = await device.challenge()
      const answer = await here.exchange("hello", device.hello(deviceNonce, challenge))
      expect(answer).toMatchObject({ kind: "busy" })
      waits.push(answer!.retryAfter!)
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(EPOCH)
    expect(Math.max(...waits)).toBeLessThanOrEqual(2 * EPOCH)
    expect(new Set(waits).size).toBeGreaterThan(10)
  })

  it("waits a minute at least where epochs are short", () => {
    const schedule = { epochAt: () => 1, lengthOf: () => 1_000 } as never
    const clock = { now: () => START }
    const patience = new Patience({
      ...{ clock, random: seededRandom(1), schedule: () => schedule },
      devices: { waiting: () => 0 },
    })
    for (let i = 0; i < 100; i++) expect(patience.room()).toBeGreaterThanOrEqual(60_000)
    for (let i = 0; i < 100; i++) expect(patience.approval({ challengeTime: 0 })).toBeLessThanOrEqual(1_000)
  })
})

describe("hellos that come all at once", () => {
  const PER_SECOND = 20

  it("come again one after the other, and all get through", () => {
    let now = START
    const bucket = new Bucket({ now: () => now }, PER_SECOND)
    let waiting = Array.from({ length: 1000 }, () => START)
    let tries = 0
    while (waiting.length > 0) {
      now = Math.min(...waiting)
      const due = waiting.filter((at) => at <= now).length
      waiting = waiting.filter((at) => at > now)
      for (let i = 0; i < due; i++, tries++) if (!bucket.take()) waiting.push(now + bucket.later())
    }
    expect(now - START).toBeLessThan(3 * (1000 / PER_SECOND) * 1000)
    expect(tries).toBeLessThan(3 * 1000)
  })

  it("are sent away for an hour at most, and a flood is forgotten", () => {
    let now = START
    const bucket = new Bucket({ now: () => now }, PER_SECOND)
    const waits = Array.from({ length: 200_000 }, () => (bucket.take() ? 0 : bucket.later()))
    expect(Math.max(...new Set(waits))).toBe(3_600_000)
    now += 2 * 3_600_000
    while (bucket.take()) {}
    expect(bucket.later()).toBeLessThan(11_000)
  })
})
