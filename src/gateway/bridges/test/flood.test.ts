import { expect, it } from "vitest"
import { flood } from "../../test/support/flood.ts"

it("a flood of forged envelopes and blocks at ten times the fleet's rate costs the fleet no report", async () => {
  const { sent, acked, forged, drops } = await flood({ devices: 6, reports: 20, forged: 10, pace: 5 })
  expect(forged).toBe(10 * sent)
  expect(acked).toBe(sent)
  // Every one that the system let through is counted by its name; what is left out here is what UDP itself dropped.
  const counted = [...drops.values()].reduce((sum, count) => sum + count, 0)
  expect(counted).toBeGreaterThan(forged / 2)
  expect(counted).toBeLessThanOrEqual(forged)
  for (const code of ["E_ENVELOPE", "E_ECHO", "E_COAP"]) expect(drops.get(code)).toBeGreaterThan(0)
  expect(drops.has("E_INTERNAL")).toBe(false)
})
