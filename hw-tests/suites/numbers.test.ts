import { expect, it } from "vitest"
import { provision } from "../record.ts"
import { metric, suite } from "../under-test.ts"

suite("report numbers", ["power"], (dut) => {
  it("never come twice, whenever power fails", async () => {
    await provision(dut())
    const cuts = dut().capabilities.has("cut")
    const taken: number[] = []
    for (let i = 0; i < 12; i++) {
      // A cut may hit the reservation of the very block that the numbers are from.
      await dut().reset("power", cuts ? { operation: 1 + (i % 4), tear: (i % 5) / 4 } : undefined)
      try {
        taken.push(...((await dut().call("numbers", 3 + i * 7)) as number[]))
      } catch {
        // power failed before it could tell: what it took is skipped
      }
    }
    await dut().reset("power")
    taken.push(...((await dut().call("numbers", 1)) as number[]))
    expect(taken.length).toBeGreaterThan(10)
    expect(new Set(taken).size).toBe(taken.length)
    expect([...taken].sort((a, b) => a - b)).toEqual(taken)
    metric("report numbers skipped", taken.at(-1)! - taken.length, "numbers")
  })
})
