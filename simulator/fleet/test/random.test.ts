import { describe, expect, it } from "vitest"
import { noiseAt, randomStream } from "../random.ts"

const draw = (count: number, next: () => number) => Array.from({ length: count }, next)
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe("a random stream", () => {
  it("follows from its seed and label alone", () => {
    const first = draw(100, randomStream("1", "link", 7).uniform)
    expect(draw(100, randomStream("1", "link", 7).uniform)).toEqual(first)
    expect(draw(100, randomStream("1", "link", 8).uniform)).not.toEqual(first)
    expect(draw(100, randomStream("2", "link", 7).uniform)).not.toEqual(first)
  })

  it("has the distributions that it says", () => {
    const { uniform, normal, exponential } = randomStream("1")
    const uniforms = draw(100_000, uniform)
    expect(Math.min(...uniforms.slice(0, 1000))).toBeGreaterThanOrEqual(0)
    expect(uniforms.every((value) => value < 1)).toBe(true)
    expect(mean(uniforms)).toBeCloseTo(0.5, 2)
    const normals = draw(100_000, normal)
    expect(mean(normals)).toBeCloseTo(0, 1)
    expect(mean(normals.map((value) => value * value))).toBeCloseTo(1, 1)
    expect(normals.filter((value) => Math.abs(value) > 1.96).length / 100_000).toBeCloseTo(0.05, 2)
    const waits = draw(100_000, exponential)
    expect(mean(waits)).toBeCloseTo(1, 1)
    expect(waits.filter((value) => value > Math.log(2)).length / 100_000).toBeCloseTo(0.5, 2)
  })
})

it("noise has random access, mean 0, deviation 1, and no neighbours alike", () => {
  const noise = Array.from({ length: 50_000 }, (_, i) => noiseAt(7, i))
  expect(noiseAt(7, 4321)).toBe(noise[4321])
  expect(noiseAt(8, 4321)).not.toBe(noise[4321])
  expect(mean(noise)).toBeCloseTo(0, 1)
  expect(mean(noise.map((value) => value * value))).toBeCloseTo(1, 1)
  expect(mean(noise.slice(1).map((value, i) => value * noise[i]!))).toBeCloseTo(0, 1)
})
