import { expect, test } from "vitest"
import { MailType } from "../../protocol/ack.ts"
import { Kind } from "../../protocol/report.ts"
import { Life } from "./life.ts"

const held = (life: Life) => [...life.gateway.held.values()].flat().map(({ report }) => report)
const late = (life: Life) => life.traces("slot").slice(12)

test("a device on a link with a coordinator hears its call, and the guard becomes short", async () => {
  const life = new Life({ batch: 1, samples: 60, calls: true, drift: 13 })
  await life.run(60)
  expect(late(life).length).toBeGreaterThan(40)
  expect(late(life).every(({ heard }) => heard)).toBe(true)
  const waited = late(life).map((slot) => slot.waited as number)
  expect(Math.max(...waited)).toBeLessThan(50_000)
  expect(held(life).filter(({ kind }) => kind === Kind.samples).length).toBeGreaterThan(55)
  expect(life.traces("asleep").at(-1)).toMatchObject({ guard: expect.any(Number), slotAt: expect.any(Number) })
  expect(life.errors).toEqual([])
})

test("without a call it sends all the same, and after three wakes without an answer it listens no more", async () => {
  let answers = true
  const life = new Life({ batch: 1, samples: 60, calls: true, carries: () => ({ up: answers, down: answers }) })
  life.device.options.call = () => undefined
  await life.run(12)
  expect(life.traces("slot").every(({ heard }) => heard === false)).toBe(true)
  expect(held(life).length).toBeGreaterThan(8)
  answers = false
  await life.run(10)
  const listened = life.traces("slot").length
  await life.run(10)
  expect(life.traces("slot").length).toBe(listened)
  answers = true
  await life.run(12)
  expect(life.traces("slot").length).toBeGreaterThan(listened)
  expect(life.traces("asleep").at(-1)).toMatchObject({ unsent: 0 })
})

test("a device with a fixed guard keeps it", async () => {
  const life = new Life({ batch: 1, samples: 30, calls: true, drift: 13, guard: 300 })
  await life.run(30)
  for (const { guard, slotAt } of life.traces("asleep").slice(2)) expect(slotAt === 0 || guard === 300_000).toBe(true)
  expect(late(life).every(({ waited }) => (waited as number) > 280_000)).toBe(true)
})

test("an assigned slot is where the device reports from then on, also after a power cut", async () => {
  const life = new Life({ batch: 1, samples: 60 })
  await life.run(5)
  life.gateway.mail.push({ number: 1, type: MailType.slot, payload: [52_429] })
  await life.run(4)
  const place = () => ((life.traces("asleep").at(-1)!.slotAt as number) / 600_000) % 1
  const start = (life.gateway.schedule.startOf(1) / 600_000) % 1
  const expected = (0.8 + start) % 1
  expect(Math.abs(place() - expected)).toBeLessThan(1e-4)
  await life.wake(1)
  await life.run(6)
  expect(Math.abs(place() - expected)).toBeLessThan(1e-4)
  expect(life.errors).toEqual([])
})

test.each([60_000, 3_600_000])("epochs that became %d ms long while the device slept strand nobody", async (length) => {
  const life = new Life({ batch: 1, samples: 400 })
  await life.run(10)
  const { gateway } = life
  const now = gateway.schedule.epochAt(life.unix)
  let air = false
  life.device.options.carry = (message) => (air ? gateway.handle(message) : undefined)
  await life.run(2)
  gateway.schedule = gateway.schedule.change(now + 1, length)
  await life.run(6)
  air = true
  const change = life.traces("acked").length
  while (life.traces("acked").length < change + 8) await life.wake()
  const acked = new Set(held(life).map(({ seq }) => seq))
  const signed = life.traces("signed").map(({ seq }) => seq as number)
  // Whatever named an epoch that has not begun is sent until it has.
  for (const seq of signed.slice(0, -8)) expect(acked.has(seq) || length > 600_000, `seq ${seq}`).toBe(true)
  await life.run(length > 600_000 ? 20 : 4)
  const open = life.traces("signed").filter(({ seq }) => !gateway.held.has(seq as number))
  expect(open.length).toBeLessThanOrEqual(1)
  expect(held(life).filter(({ kind }) => kind === Kind.gap)).toEqual([])
  expect(life.errors).toEqual([])
})

test.each([0.1, 0.4, 0.7])(
  "while the gateway's clock stands still a device wakes no more often than ever, and is itself soon after",
  async (moment) => {
    const epochs = 40
    const life = new Life({ batch: 1, samples: 200, drift: 5 })
    await life.run(20)
    life.device.now += moment * 600_000_000
    const since = life.unix
    const acked = () => new Set(held(life).map(({ seq }) => seq))
    const before = life.traces("asleep").length
    while (life.unix < since + epochs * 600_000) {
      life.gatewayAhead = since - life.unix
      await life.wake()
    }
    const wakes = life.traces("asleep").length - before
    expect(wakes).toBeLessThanOrEqual(epochs + 2)
    expect(wakes).toBeGreaterThanOrEqual(epochs / 2)
    await life.run(8)
    const signed = life.traces("signed").map(({ seq }) => seq as number)
    const arrived = acked()
    for (const seq of signed.slice(0, -1)) expect(arrived.has(seq), `seq ${seq}`).toBe(true)
    const slots = life.traces("asleep").slice(-4)
    for (const [i, { slotAt }] of slots.entries())
      if (i > 0) expect((slotAt as number) - (slots[i - 1]!.slotAt as number)).toBeCloseTo(600_000, -2)
    expect(life.errors).toEqual([])
  },
)

test("what it asks for when it has nothing to measure waits as long too", async () => {
  const life = new Life({ batch: 1, samples: 5, drift: 5 })
  await life.run(5)
  const since = life.unix
  const before = life.traces("asleep").length
  while (life.unix < since + 40 * 600_000) {
    life.gatewayAhead = since - life.unix
    await life.wake()
  }
  expect(life.traces("asleep").length - before).toBeLessThanOrEqual(42)
  life.gatewayAhead = 0
  await life.settle(6)
})

test.each([1, 3])("no sector is erased between waking and the slot, %d a report", async (batch) => {
  const life = new Life({ batch, samples: 400, drift: 5 })
  await life.run(6)
  const erases = () => life.flash.erases.reduce((sum, count) => sum + count, 0)
  const before = erases()
  let woke = before
  let early = 0
  const { onTrace } = life.device.options
  life.device.options.onTrace = (event) => {
    if (event.e === "boot") woke = erases()
    if (event.e === "radio" && event.on && erases() > woke) early++
    onTrace?.(event)
  }
  await life.run(300)
  expect(erases() - before).toBeGreaterThan(5)
  expect(early).toBe(0)
})

test("retained memory with any bit turned over is a power cut, and no harm", async () => {
  const life = new Life({ batch: 1, samples: 400, drift: 5 })
  await life.run(6)
  const bits = life.device.retained!.length * 8
  for (let bit = 0; bit < bits; bit += 331) {
    if (life.device.retained!.length * 8 > bit) life.device.retained![bit >> 3]! ^= 1 << (bit & 7)
    await life.wake()
    await life.wake()
  }
  await life.run(8)
  expect(life.errors).toEqual([])
  expect(life.repeatedSeqs).toBe(0)
  expect(life.gateway.repeatedRequests).toBe(0)
  const kept = held(life).flatMap((report) => (report.kind === Kind.samples ? report.samples : []))
  expect(new Set(kept.map(([value]) => value)).size).toBe(kept.length)
  expect(kept.length).toBeGreaterThanOrEqual(life.stored.length - 1)
})
