import { expect, it } from "vitest"
import { provision } from "../record.ts"
import { metric, suite } from "../under-test.ts"

const WATCHDOG_MS = 90_000

suite("watchdog", ["watchdog"], (dut) => {
  it("ends a program that hangs, and nothing is used twice", async () => {
    const { address } = await provision(dut())
    const before = (await dut().call("numbers", 3)) as number[]
    const began = performance.now()
    const hung = expect(dut().call("hang")).rejects.toMatchObject({ code: expect.stringMatching(/_SILENT|_RESET/) })
    const { at } = await dut().expect("console", WATCHDOG_MS)
    await hung
    metric("hang to console", at - began, "ms")
    expect((await provision(dut())).address).toBe(address)
    const [next] = (await dut().call("numbers", 1)) as number[]
    expect(next).toBeGreaterThan(before.at(-1)!)
  })
})
