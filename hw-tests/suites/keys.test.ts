import { expect, it } from "vitest"
import { provision, record } from "../record.ts"
import { suite } from "../under-test.ts"

suite("keys", ["power"], (dut) => {
  it("makes a key, proves it, and has the same after its power was off", async () => {
    const { address, code } = await provision(dut())
    expect(address).toMatch(/^0x[0-9a-f]{40}$/)
    for (let i = 0; i < 3; i++) {
      await dut().reset("power")
      expect(await provision(dut())).toEqual({ address, code })
    }
  })

  it("keeps another owner out until it is blank, and then has another key", async () => {
    const { address } = await provision(dut())
    const other = { ...record, operator: new Uint8Array(20).fill(9) }
    await expect(provision(dut(), { record: other })).rejects.toMatchObject({ code: "E_PROVISIONED" })
    expect((await provision(dut(), { record: other, blank: true })).address).not.toBe(address)
  })
})
