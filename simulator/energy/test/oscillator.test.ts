import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createOscillator } from "../oscillator.ts"
import { type OscillatorName, oscillators } from "../oscillators.ts"
import { constantTemperature, outdoorTemperature } from "../temperature.ts"

const DAY = 86_400_000_000
const START = Date.UTC(2026, 0, 1)
const names = Object.keys(oscillators) as OscillatorName[]

function create(
  name: OscillatorName,
  { device = 0, seed = "1", powerOn = 0, celsius = undefined as number | undefined },
) {
  const temperature =
    celsius === undefined ? outdoorTemperature({ seed, device, start: START }) : constantTemperature(celsius)
  return createOscillator({ profile: oscillators[name], temperature, seed, device, powerOn })
}

/** ppm over the first `days`. */
function rate(name: OscillatorName, days: number, options: Parameters<typeof create>[1]): number {
  const { deviceTime } = create(name, options)
  return (deviceTime(days * DAY) / (days * DAY) - 1) * 1e6
}

const rates = (name: OscillatorName, celsius: number) =>
  Array.from({ length: 200 }, (_, device) => rate(name, 1, { device, celsius }))

describe.each(names)("the %s oscillator", (name) => {
  it("starts at 0 with the power, and never goes back", () => {
    const { deviceTime } = create(name, { powerOn: 12_345_678_901 })
    expect(deviceTime(12_345_678_901)).toBe(0)
    const times = Array.from({ length: 5000 }, (_, i) => deviceTime(12_345_678_901 + i * 1_234_567_891))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.every(Number.isSafeInteger)).toBe(true)
  })

  it("can be inverted: the first moment at which it has got there", () => {
    const { deviceTime, worldTime } = create(name, { device: 3 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 * DAY }), (ticks) => {
        const world = worldTime(ticks)
        expect(deviceTime(world)).toBeGreaterThanOrEqual(ticks)
        expect(deviceTime(world - 1)).toBeLessThan(ticks)
      }),
      { numRuns: 300 },
    )
  })

  it("says the same whatever it was asked before", () => {
    const asked = create(name, { device: 5 })
    const times = fc.sample(fc.integer({ min: 0, max: 400 * DAY }), { seed: 1, numRuns: 100 })
    const answers = times.map(asked.deviceTime)
    for (const [i, time] of times.entries()) expect(create(name, { device: 5 }).deviceTime(time)).toBe(answers[i])
  })

  it("differs from device to device and from seed to seed", () => {
    const all = [0, 1, 2].map((device) => rate(name, 1, { device }))
    expect(new Set([...all, rate(name, 1, { seed: "2" })]).size).toBe(4)
  })
})

describe("at 25 degC", () => {
  it.each([
    ["rc", 30_000, 100],
    ["rc-calibrated", 500, 5],
    ["crystal32k", 20, 0.5],
  ] as const)("%s parts lie within +-%d ppm and use that range", (name, ppm, tolerance) => {
    const all = rates(name, 25)
    expect(Math.max(...all)).toBeLessThan(ppm + tolerance)
    expect(Math.min(...all)).toBeGreaterThan(-ppm - tolerance)
    expect(Math.max(...all)).toBeGreaterThan(ppm * 0.9)
    expect(Math.min(...all)).toBeLessThan(-ppm * 0.9)
  })
})

describe("temperature", () => {
  it("makes a crystal slower on either side of 25 degC", () => {
    for (const celsius of [-10, 60])
      expect(rate("crystal32k", 1, { celsius }) - rate("crystal32k", 1, { celsius: 25 })).toBeCloseTo(
        -0.035 * 35 ** 2,
        2,
      )
  })

  it("moves a calibrated RC clock by 10 to 30 ppm a kelvin, up or down", () => {
    const hot = rates("rc-calibrated", 35)
    const changes = rates("rc-calibrated", 25).map((ppm, i) => (hot[i]! - ppm) / 10)
    for (const change of changes) expect(Math.abs(Math.abs(change) - 20)).toBeLessThan(10.1)
    expect(changes.some((change) => change > 0) && changes.some((change) => change < 0)).toBe(true)
  })
})

it("ten minutes change a calibrated RC clock by far less than its tolerance", () => {
  const { deviceTime } = create("rc-calibrated", { device: 1 })
  const ticks = Array.from({ length: 1000 }, (_, i) => deviceTime((i + 1) * 600_000_000) - deviceTime(i * 600_000_000))
  const changes = ticks.slice(1).map((count, i) => Math.abs(count - ticks[i]!) / 600)
  expect(Math.max(...changes)).toBeGreaterThan(1)
  expect(Math.max(...changes)).toBeLessThan(60)
})
