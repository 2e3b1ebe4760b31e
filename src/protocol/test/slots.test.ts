import fc from "fast-check"
import { expect, it } from "vitest"
import { EpochSchedule } from "../epochs.ts"
import { nextInstant } from "../slots.ts"

const START = 1_767_225_600_000

it("from instant to instant time goes on, evenly, and every batch has one last", () => {
  const pace = fc.record({ batch: fc.integer({ min: 1, max: 24 }), interval: fc.integer({ min: 1, max: 12 }) })
  const slot = fc.double({ min: 0.05, max: 0.85, noNaN: true })
  const length = fc.integer({ min: 1000, max: 86_400_000 })
  fc.assert(
    fc.property(pace, slot, length, fc.nat(10_000_000_000), (settings, slot, length, since) => {
      const schedule = new EpochSchedule([{ first: 1, start: START, length }])
      const spacing = (length * settings.interval) / settings.batch
      let after = START + since
      const lasts: boolean[] = []
      for (let i = 0; i < 2 * settings.batch; i++) {
        const { at, last } = nextInstant(schedule, after, slot, settings)
        expect(at).toBeGreaterThan(after)
        if (i > 0) expect(Math.abs(at - after - spacing)).toBeLessThan(0.01)
        lasts.push(last)
        after = at
      }
      expect(lasts.filter(Boolean).length).toBe(2)
    }),
    { numRuns: 500 },
  )
})
