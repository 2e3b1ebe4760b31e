import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { DeviceClock } from "../clock.ts"

const START = Date.UTC(2026, 0, 1)
const EPOCH = 600_000_000
const periods = [{ first: 1, start: START, length: 600_000 }]
/** Epochs of a week, from the second hour on. */
const FIRST = 6
const LAST = 7 * 144

/** A small generator with a seed (Numerical Recipes): what it gives must only look like noise. */
function noise(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface Part {
  ppm: number
  /** constant error, and amplitude of a day's swing, ppm; largest jump from one ten minutes to the next */
  constant: number
  swing: number
  wander: number
}

/** Oscillator µs at world µs, in steps of ten minutes. */
function oscillator({ constant, swing, wander }: Part, random: () => number): (world: number) => number {
  const ticks = [0]
  for (let i = 0; i <= LAST + 1; i++) {
    const ppm = constant + swing * Math.sin((2 * Math.PI * i) / 144) + wander * (2 * random() - 1)
    ticks.push(ticks[i]! + EPOCH * (1 + ppm / 1e6))
  }
  return (world) => {
    const step = Math.floor(world / EPOCH)
    return Math.floor(ticks[step]! + (ticks[step + 1]! - ticks[step]!) * (world / EPOCH - step))
  }
}

/** A week of ten-minute epochs. One exchange in fifty is held up on its way. */
function week(part: Part, seed: number, loss: number, guard?: number) {
  const random = noise(seed)
  const ticks = oscillator(part, random)
  const clock = new DeviceClock(DeviceClock.unset([]), { ppm: part.ppm, guard })
  const exchange = (world: number) => {
    const up = 5000 + 10_000 * random() + (random() < 0.02 ? 300_000 * random() : 0)
    const down = 2000 + 3000 * random() + (random() < 0.02 ? 100_000 * random() : 0)
    const time = START + Math.floor((world + up) / 1000)
    clock.learn({ sent: ticks(world), received: ticks(world + up + down), time }, periods)
  }
  exchange(1_000_000)
  const guards: number[] = []
  let missed = 0
  let silent = 0
  for (let epoch = 1; epoch <= LAST; epoch++) {
    const slot = epoch * EPOCH
    const planned = clock.local(START + slot / 1000)
    const width = clock.guard(planned, silent)
    if (epoch >= FIRST) {
      guards.push(width)
      if (Math.abs(ticks(slot) - planned) > width) missed++
    }
    const lost = random() < loss
    silent = lost ? silent + 1 : 0
    if (!lost) exchange(slot + 2000)
  }
  guards.sort((a, b) => a - b)
  return { missed, slots: guards.length, median: guards[Math.floor(guards.length / 2)]! / 1000 }
}

function fleet(part: (random: () => number) => Part, loss: number, guard?: number) {
  const random = noise(7)
  const devices = Array.from({ length: 20 }, (_, i) => week(part(random), 100 + i, loss, guard))
  const slots = devices.reduce((sum, device) => sum + device.slots, 0)
  const missed = devices.reduce((sum, device) => sum + device.missed, 0)
  return { missRate: missed / slots, median: devices.map(({ median }) => median).sort((a, b) => a - b)[10]! }
}

const crystal = (random: () => number) => ({ ppm: 20, constant: 40 * random() - 20, swing: 3, wander: 0.1 })
/** A calibrated RC clock outdoors: what calibration left, and 200 ppm between day and night. */
const calibrated = (random: () => number) => ({ ppm: 500, constant: 600 * random() - 300, swing: 200, wander: 5 })

describe("a week of ten-minute epochs", () => {
  test.each([0, 0.3])("crystals of 20 ppm, loss %d: a median guard of a few ms, hardly a slot missed", (loss) => {
    const { median, missRate } = fleet(crystal, loss)
    expect(median).toBeLessThanOrEqual(15)
    expect(missRate).toBeLessThanOrEqual(0.001)
  })

  test.each([0, 0.3])("RC clocks of 500 ppm with temperature, loss %d: at most 0.5 %% of slots missed", (loss) => {
    const { median, missRate } = fleet(calibrated, loss)
    expect(missRate).toBeLessThanOrEqual(0.005)
    expect(median).toBeLessThanOrEqual(100)
  })

  test("clocks twice as bad as they are rated are found out", () => {
    const { missRate } = fleet((random) => ({ ...calibrated(random), constant: 1000 }), 0)
    expect(missRate).toBeLessThanOrEqual(0.005)
  })

  test("a device that learns nothing misses with the same guard, and needs a much wider one to miss none", () => {
    const { median } = fleet(calibrated, 0)
    expect(fleet(calibrated, 0, Math.ceil(median)).missRate).toBeGreaterThan(0.5)
    expect(fleet(calibrated, 0, 600).missRate).toBe(0)
  })
})

/** A clock that has learned for a day from a perfect oscillator, and the time it is then. */
function settled(ppm = 20) {
  const clock = new DeviceClock(DeviceClock.unset([]), { ppm })
  let now = 0
  const ack = (offset = 0, roundTrip = 20_000, sure = false) => {
    const time = START + Math.floor((now - roundTrip / 4) / 1000) + offset
    return clock.learn({ sent: now - roundTrip, received: now, time, sure }, periods)
  }
  for (let i = 0; i < 144; i++) {
    now += EPOCH
    ack()
  }
  return {
    clock,
    ack,
    sleep: (micros = EPOCH) => {
      now += micros
    },
    /** ms that the clock is ahead of the oscillator, which is right */
    ahead: () => clock.unixMs(now) - START - now / 1000,
    guard: (misses = 0) => clock.guard(now + EPOCH, misses),
  }
}

describe("what acks say against the clock", () => {
  const steps = [3_600_000, -3_600_000, 1000, -1000, 86_400_000, -5 * 86_400_000]

  test.each(steps)("a step of %d ms is believed when two acks agree, and teaches nothing of the oscillator", (step) => {
    const { clock, ack, sleep, ahead } = settled()
    const { skewPpb, residualPpb } = clock.state
    sleep()
    ack(step)
    expect(Math.abs(ahead())).toBeLessThan(5)
    sleep()
    ack(step)
    expect(Math.abs(ahead() - step)).toBeLessThan(5)
    expect(clock.state).toMatchObject({ skewPpb, residualPpb })
  })

  test("one ack that no other agrees with changes nothing but the guard, until the next", () => {
    const { clock, ack, sleep, ahead, guard } = settled()
    const before = guard()
    const { skewPpb } = clock.state
    sleep()
    ack(7000)
    expect(guard()).toBeGreaterThan(4 * before)
    sleep()
    ack()
    expect(Math.abs(ahead())).toBeLessThan(5)
    expect(clock.skewPpb).toBe(skewPpb)
    expect(guard()).toBeLessThan(2 * before)
  })

  test("two that contradict each other are not believed either", () => {
    const { ack, sleep, ahead } = settled()
    sleep()
    ack(50_000)
    sleep()
    ack(-90_000)
    expect(Math.abs(ahead())).toBeLessThan(5)
    sleep()
    ack(-90_000)
    expect(Math.abs(ahead() + 90_000)).toBeLessThan(5)
  })

  test("an ack that must be right is believed at once", () => {
    const { ack, sleep, ahead } = settled()
    sleep()
    ack(-7_200_000, 20_000, true)
    expect(Math.abs(ahead() + 7_200_000)).toBeLessThan(5)
  })

  test("a slow exchange moves it by little", () => {
    const { ack, sleep, ahead } = settled()
    sleep()
    ack(-300, 400_000)
    expect(Math.abs(ahead())).toBeLessThan(5)
  })

  test("a schedule that is none is refused before anything is learned", () => {
    const { clock, sleep } = settled()
    const before = clock.state
    sleep()
    const ack = { sent: 0, received: 1, time: START }
    expect(() => clock.learn(ack, [{ first: 3, start: START, length: 0 }])).toThrow("length must be above 0")
    expect(clock.state).toEqual(before)
  })
})

describe("the guard", () => {
  test("grows with the time since the last ack, and with exchanges that found nobody", () => {
    const { clock, guard, sleep } = settled()
    const now = clock.state.mark!.local
    expect(clock.guard(now + 10 * EPOCH, 0)).toBeGreaterThan(clock.guard(now + EPOCH, 0))
    expect(guard(2)).toBeGreaterThan(2 * guard())
    sleep(100 * EPOCH)
    expect(guard()).toBeGreaterThan(10_000)
  })

  test("is never wider than the rating allows, or 10 s", () => {
    const { clock } = settled()
    const { local } = clock.state.mark!
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4e13 }), fc.nat(20), (age, misses) => {
        const rated = clock.state.error + 2 * 20e-6 * age
        expect(clock.guard(local + age, misses)).toBeLessThanOrEqual(Math.ceil(Math.min(10e6, rated)))
      }),
    )
  })

  test("is what it was set to where it was set", () => {
    const clock = new DeviceClock(DeviceClock.unset([]), { ppm: 20, guard: 250 })
    clock.learn({ sent: 0, received: 10, time: START }, periods)
    clock.learn({ sent: EPOCH, received: EPOCH + 10, time: START + 600_400 }, periods)
    expect(clock.guard(1e12, 8)).toBe(250_000)
    expect(clock.skewPpb).toBe(0)
  })
})

test.each(["1971-01-01", "2038-01-19T03:14:08Z", "2106-02-07T06:28:16Z", "2200-06-01"])("it is %s", (date) => {
  const start = Date.parse(date)
  const clock = new DeviceClock(DeviceClock.unset([]), { ppm: 20 })
  for (let i = 0; i < 20; i++) clock.learn({ sent: i * EPOCH, received: i * EPOCH, time: start + i * 600_000 }, periods)
  const local = 20 * EPOCH
  expect(Math.abs(clock.unixMs(local) - start - 12_000_000)).toBeLessThan(2)
  expect(Math.abs(clock.local(start + 12_000_000) - local)).toBeLessThan(2000)
})
