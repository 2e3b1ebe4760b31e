import { expect, it } from "vitest"
import { provision } from "../record.ts"
import { metric, suite } from "../under-test.ts"

/** A board may need so long from its wake-up to its first word (µs of its own clock). */
const BOOT_US = 2_000_000

suite("deep sleep", ["sleep"], (dut) => {
  it.each([400, 1500])("of %i ms is a reset that ends in time, with memory kept", async (ms) => {
    await provision(dut())
    const began = performance.now()
    const until = Number(await dut().call("sleep", ms))
    const { at } = await dut().expect("console", ms + 10_000)
    const [, reason] = (await dut().call("about")) as [string, string]
    expect(reason).toBe("timer")
    // Its clock ran on: a board that lost it would start from zero.
    const clock = Number(await dut().call("clock"))
    expect(clock).toBeGreaterThanOrEqual(until)
    expect(clock).toBeLessThan(until + BOOT_US + 1000 * (performance.now() - at))
    metric(`sleep of ${ms} ms, to the first word`, at - began, "ms")
  })
})
