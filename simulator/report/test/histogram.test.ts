import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Histogram } from "../histogram.ts"

function exact(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!
}

describe("a histogram", () => {
  it("knows every quantile within 2 %", () => {
    const value = fc.oneof(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), fc.constant(0))
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, q) => {
          const histogram = new Histogram()
          for (const one of all) histogram.add(one)
          const truth = exact(all, q)
          expect(Math.abs(histogram.quantile(q) - truth)).toBeLessThanOrEqual(0.02 * truth)
        },
      ),
    )
  })

  it("counts, sums and bounds exactly, in any order", () => {
    const forwards = new Histogram()
    const backwards = new Histogram()
    const values = [5, 1, 900, 33, 2, 2]
    for (const value of values) forwards.add(value)
    for (const value of values.toReversed()) backwards.add(value)
    expect(forwards.summary()).toEqual(backwards.summary())
    expect(forwards.summary()).toMatchObject({ count: 6, mean: 943 / 6, min: 1, max: 900 })
    expect(forwards.buckets().reduce((sum, [, , times]) => sum + times, 0)).toBe(6)
  })

  it("takes what never ends as the largest", () => {
    const histogram = new Histogram()
    for (const value of [3, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]) histogram.add(value)
    expect(histogram.quantile(0.3)).toBeCloseTo(3, 1)
    expect(histogram.quantile(0.5)).toBe(Number.POSITIVE_INFINITY)
    expect(histogram.summary()!.mean).toBe(3)
  })

  it("has nothing to say of nothing", () => {
    expect(new Histogram().summary()).toBeUndefined()
    expect(new Histogram().quantile(0.5)).toBeNaN()
  })
})
