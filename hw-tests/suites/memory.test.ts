import { expect, it } from "vitest"
import type { Metric } from "../agent/commands.ts"
import { provision } from "../record.ts"
import { metric, suite } from "../under-test.ts"

suite("memory", ["memory", "power", "sensor"], (dut) => {
  it("of the engine bears a boot with a backlog, again and again", async () => {
    await provision(dut())
    for (let i = 0; i < 4; i++) {
      await dut().reset("power")
      await dut().call("measure", 2)
      const metrics = (await dut().call("memory")) as unknown as Metric[]
      for (const [name, value] of metrics) expect(value, name).toBeGreaterThan(0)
      if (i === 3) for (const [name, value, unit] of metrics) metric(name, value, unit)
    }
    // Where it does not suffice, the engine ends the program and the board says so.
    expect(dut().log.filter((line) => /out of memory|overflow/.test(line))).toEqual([])
  })
})
