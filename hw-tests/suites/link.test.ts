import { afterAll, beforeAll, expect, it } from "vitest"
import { crypto } from "../../as/index.ts"
import { parseTrust } from "../../src/audit/trust.ts"
import { verifyReceipt } from "../../src/audit/verify.ts"
import type { DeviceView } from "../../src/gateway/api/devices.ts"
import { openGateway, type TestGateway } from "../gateway.ts"
import { provision } from "../record.ts"
import { metric, suite } from "../under-test.ts"

const EPOCH_MS = 4000
const EPOCHS = 4

suite("link, receipts", ["sleep", "sensor"], (dut) => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openGateway(EPOCH_MS)
  })
  afterAll(() => gateway?.close())

  /** The board's traces, as its console or its simulator prints them. */
  const traced = async (event: string, ms = 60_000) => {
    const { value, at } = await dut().expect(new RegExp(`"e":"${event}"`), ms)
    return { at, trace: JSON.parse(String(value).slice(String(value).indexOf("{"))) as Record<string, unknown> }
  }

  it("enrols, reports, sleeps, and verifies its own receipts", { timeout: 180_000 }, async () => {
    gateway.attach(dut())
    const { address } = await provision(dut(), { record: gateway.record })
    await dut().call("leave")
    await traced("hello")
    await gateway.approve(address)
    const receipts = new Set<unknown>()
    while (receipts.size < EPOCHS) {
      const { trace } = await traced("receipt")
      expect(trace.ok).toBe(true)
      receipts.add(trace.seq)
    }
    const woken = await traced("boot")
    const sent = await traced("sent")
    const acked = await traced("acked")
    metric("wake to ack", acked.at - woken.at, "ms")
    metric("sent to ack", acked.at - sent.at, "ms")
    const [view] = await gateway.api.json<DeviceView[]>("/api/devices")
    expect(view).toMatchObject({ address, status: "approved", gaps: 0, forks: 0 })
    expect(view!.reports.stored).toBeGreaterThanOrEqual(EPOCHS)
    // What the board found good, an auditor finds good.
    const seq = Number([...receipts][0])
    const file = await gateway.api.bytes(`/api/devices/${address}/receipts/${seq}`)
    expect(
      await verifyReceipt(crypto, file, parseTrust(JSON.stringify(await gateway.api.json("/api/trust")))),
    ).toMatchObject({ ok: true })
  })
})
