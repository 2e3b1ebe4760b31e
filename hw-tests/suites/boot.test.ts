import { randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, it } from "vitest"
import { metric, suite } from "../under-test.ts"

suite("boot", [], (dut) => {
  it("says what it is", async () => {
    const [engine, reason] = (await dut().call("about")) as [string, string, number]
    expect(engine).toMatch(/^xs \d+\.\d+\.\d+$/)
    expect(reason).toBe("power-on")
    const info = (await dut().call("info")) as Map<string, unknown>
    expect(info.get("firmware")).toMatch(/^dormouse \d+\.\d+\.\d+$/)
    expect(info.get("provisioned")).toBe(false)
  })

  it("waits for whoever provisions it, however long", async () => {
    await sleep(2500)
    expect(await dut().call("info")).toBeInstanceOf(Map)
  })

  it("finds its way back after garbage on the line", async () => {
    for (let i = 0; i < 8; i++) dut().write(randomBytes(700))
    dut().write(Uint8Array.of(0))
    expect(await dut().call("info")).toBeInstanceOf(Map)
  })

  it("runs its clock", async () => {
    const first = Number(await dut().call("clock"))
    const began = performance.now()
    await sleep(300)
    const second = Number(await dut().call("clock"))
    expect(second).toBeGreaterThan(first)
    metric("clock against the harness", (second - first) / 1000 / (performance.now() - began), "s/s")
  })
})

suite("boot, again", ["power"], (dut) => {
  it("comes up after its power was off", async () => {
    for (let i = 0; i < 3; i++) {
      const began = performance.now()
      await dut().reset("power")
      metric("power-on to console", performance.now() - began, "ms")
      expect(await dut().call("about")).toContain("power-on")
    }
  })
})

suite("boot by the reset pin", ["reset"], (dut) => {
  it("comes up", async () => {
    await dut().reset("pin")
    expect(await dut().call("info")).toBeInstanceOf(Map)
  })
})
