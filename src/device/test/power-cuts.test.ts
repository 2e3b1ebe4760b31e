/** DORMOUSE_CUT_RUNS: how many lives to try (default 150). */
import fc from "fast-check"
import { expect, test } from "vitest"
import { crypto } from "../../../as/index.ts"
import { toHex } from "../../protocol/bytes.ts"
import { headAfter, Kind } from "../../protocol/report.ts"
import { Life } from "./life.ts"

/** One wake: power fails at its nth flash operation (0: it does not), and the air loses messages. */
const wakes = fc.array(
  fc.record({
    cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 8 }) }),
    tear: fc.constantFrom(0, 0.1, 0.5, 0.99),
    up: fc.boolean(),
    down: fc.boolean(),
  }),
  { minLength: 10, maxLength: 60 },
)

test("whatever instant power fails at: no number repeats, no sample is lost, the chain holds", async () => {
  await fc.assert(
    fc.asyncProperty(wakes, fc.integer({ min: 0, max: 65_535 }), async (faults, seed) => {
      let air = { up: true, down: true }
      const life = new Life({ batch: 3, samples: 20, seed, carries: () => air })
      for (const { cut, tear, up, down } of faults) {
        air = { up, down }
        life.flash.tear = tear
        await life.wake(cut)
      }
      air = { up: true, down: true }
      await life.settle(200)

      expect(life.errors).toEqual([])
      expect(life.gateway.repeatedRequests).toBe(0)
      const all = [...life.gateway.held.values()]
      for (const entries of all) expect(entries.length, `fork at seq ${entries[0]!.report.seq}`).toBe(1)

      // A sample whose own flash write was cut was never taken; each other is reported once and once only.
      const kept = all.flat().flatMap(({ report }) => (report.kind === Kind.samples ? report.samples : []))
      const values = kept.map(([value]) => value! / 100)
      expect(new Set(values).size).toBe(values.length)
      const stored = life.traces("sample").length
      expect(values.length).toBeGreaterThanOrEqual(stored)
      expect(values.length).toBeLessThanOrEqual(life.taken.length)

      const heads = new Set(all.flat().map(({ leaf }) => toHex(headAfter(crypto, leaf.report))))
      for (const { report } of all.flat())
        expect(toHex(report.prev) === "0000000000000000" || heads.has(toHex(report.prev))).toBe(true)
    }),
    { numRuns: Number(process.env.DORMOUSE_CUT_RUNS ?? 150) },
  )
})
