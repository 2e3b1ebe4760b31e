import { describe, expect, it } from "vitest"
import { indoorTemperature, outdoorTemperature } from "../temperature.ts"

const HOUR = 3_600_000_000
const start = Date.UTC(2026, 0, 1)
const at = (month: number, day: number, hour: number) => (Date.UTC(2026, month - 1, day, hour) - start) * 1000
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const devices = Array.from({ length: 200 }, (_, device) => outdoorTemperature({ seed: "1", device, start }))

describe("outdoors", () => {
  it("has the seasons and the days of the recording", () => {
    const fleet = (us: number) => mean(devices.map((temperature) => temperature(us)))
    const weeks = (month: number, hour: number) =>
      mean(Array.from({ length: 28 }, (_, day) => fleet(at(month, day + 1, hour))))
    expect(weeks(1, 6)).toBeGreaterThan(1)
    expect(weeks(1, 6)).toBeLessThan(8)
    expect(weeks(7, 16)).toBeGreaterThan(20)
    expect(weeks(7, 16) - weeks(7, 5)).toBeGreaterThan(5)
  })

  it("changes smoothly, from year to year too", () => {
    const temperature = devices[0]!
    for (let hour = 0; hour < 24 * 400; hour++)
      expect(Math.abs(temperature((hour + 1) * HOUR) - temperature(hour * HOUR))).toBeLessThan(4)
  })

  it("has one weather for all and a site for each", () => {
    const differences = [at(2, 1, 0), at(6, 3, 12)].map((us) => devices[1]!(us) - devices[0]!(us))
    expect(differences[0]).toBeCloseTo(differences[1]!, 6)
    expect(Math.abs(differences[0]!)).toBeGreaterThan(0.01)
  })
})

it("indoors replays the room, not in step", () => {
  const [one, other] = [0, 1].map((device) => indoorTemperature({ seed: "1", device, start }))
  const day = Array.from({ length: 24 }, (_, hour) => one!(hour * HOUR))
  for (const celsius of day) expect(Math.abs(celsius - 21)).toBeLessThan(10)
  expect(new Set(day).size).toBeGreaterThan(5)
  expect(day).not.toEqual(Array.from({ length: 24 }, (_, hour) => other!(hour * HOUR)))
})
