import { expect, it } from "vitest"
import type { Metric } from "../agent/commands.ts"
import { provision } from "../record.ts"
import { metric, suite } from "../under-test.ts"

suite("memory", ["memory", "power", "sensor"], (dut) => {
  it("of the engine is what it was, boot after boot", async () => {
    await provision(dut())
    const peaks: number[][] = []
    for (let i = 0; i < 4; i++) {
      await dut().reset("power")
      await dut().call("measure", 2)
      const metrics = (await dut().call("memory")) as unknown as Metric[]
      peaks.push(metrics.map(([, value]) => value))
      if (i === 3) for (const [name, value, unit] of metrics) metric(name, value, unit)
    }
    for (const peak of peaks) for (const value of peak) expect(value).toBeGreaterThan(0)
    // A few reports more on flash, garbage that waits to be collected: not a leak.
    const [first, last] = [peaks[0]!, peaks.at(-1)!]
    for (const [i, value] of last.entries()) expect(value).toBeLessThan(first[i]! * 1.5)
  })
})
