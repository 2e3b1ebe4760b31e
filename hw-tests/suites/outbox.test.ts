import { expect, it } from "vitest"
import { decodeReport, splitSigned } from "../../src/protocol/index.ts"
import { provision } from "../record.ts"
import { metric, suite } from "../under-test.ts"

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")

suite("outbox", ["power", "sensor"], (dut) => {
  const reports = async () => {
    const [, list] = (await dut().call("outbox")) as [number, [number, Uint8Array][]]
    return new Map(list.map(([seq, bytes]) => [seq, hex(bytes)]))
  }

  it("keeps what was signed when power fails, wherever", async () => {
    await provision(dut(), { blank: true })
    const cuts = dut().capabilities.has("cut")
    let known = await reports()
    for (let i = 0; i < 10; i++) {
      await dut().reset("power", cuts ? { operation: 2 + (i % 5), tear: ((i * 3) % 8) / 8 } : undefined)
      await dut()
        .call("measure", 1)
        .catch(() => {})
      await dut().reset("power")
      const now = await reports()
      for (const [seq, bytes] of known)
        if (now.has(seq) || now.size < 8) expect(now.get(seq), `report ${seq}`).toBe(bytes)
      known = now
    }
    expect(known.size).toBeGreaterThan(0)
    metric("reports kept over power cuts", known.size, "reports")
    const chain = [...known.values()].map((bytes) => decodeReport(splitSigned(Buffer.from(bytes, "hex")).payload))
    expect(new Set(chain.map(({ prev }) => hex(prev))).size).toBe(chain.length)
  })
})

suite("brown-out", ["cut", "sensor"], (dut) => {
  it("a supply that fails in the middle of every write leaves a board that goes on", async () => {
    const { address } = await provision(dut(), { blank: true })
    for (let tenth = 1; tenth < 10; tenth++) {
      await dut().reset("power", { operation: 3, tear: tenth / 10 })
      await dut()
        .call("measure", 3)
        .catch(() => {})
    }
    await dut().reset("power")
    expect((await provision(dut())).address).toBe(address)
    const before = (await reportsOf(dut())).length
    await dut().call("measure", 1)
    // Samples that the cuts left unsigned are signed now, each with its own boot.
    expect((await reportsOf(dut())).length).toBeGreaterThan(before)
  })
})

async function reportsOf(dut: { call(command: string): Promise<unknown> }): Promise<unknown[]> {
  const [, list] = (await dut.call("outbox")) as [number, unknown[]]
  return list
}
