/** A receipt made by the whole gateway: real UDP, real chain, real HTTP. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, expect, test } from "vitest"
import { crypto } from "../../../as/index.ts"
import { approve } from "../../gateway/cli/approve.ts"
import { writeInstance } from "../../gateway/cli/instance.ts"
import { type Gateway, startGateway } from "../../gateway/gateway.ts"
import { TestDevice } from "../../gateway/test/support/device.ts"
import { type UdpLink, udpLink } from "../../gateway/test/support/udp.ts"
import { decodeReceiptFile, encodeReceiptFile, fromHex } from "../../protocol/index.ts"
import { parseTrust, type Trust } from "../trust.ts"
import { verifyReceipt } from "../verify.ts"
import { mutations } from "./mutations.ts"

const dir = mkdtempSync(join(tmpdir(), "dormouse-audit-gateway-"))
let gateway: Gateway
let link: UdpLink
let bytes: Uint8Array
let trust: Trust

const get = async (path: string) => fetch(`http://127.0.0.1:${gateway.http}${path}`)

beforeAll(async () => {
  gateway = await startGateway({ dataDir: dir, coapPort: 0, httpPort: 0, epochMs: 1_000 })
  writeInstance(dir, { pid: process.pid, coap: gateway.coap, http: gateway.http, host: "127.0.0.1" })
  link = udpLink(() => gateway.coap)
  const told = (await (await get("/api/provisioning")).json()) as Record<string, string>
  const { gatewayPublicKey, registry } = told
  const provisioning = {
    gatewayPublicKey: fromHex(gatewayPublicKey!),
    chainId: Number(told.chainId),
    registry: fromHex(registry!),
  }
  const device = new TestDevice(crypto, 1, provisioning, link.exchange)
  await device.enrol()
  await approve({ dataDir: dir, addresses: [device.address] })
  for (let ack = await device.send(); ack.refused.length > 0; ack = await device.send()) await sleep(100)
  const { phase } = await device.send()
  // five, as in the fixture: the tree has the same shape
  await device.send(...[1, 2, 3, 4, 5].map(() => device.sign(phase.epoch)))
  while (device.receipted.size < 5) {
    await sleep(200)
    await device.send()
  }
  bytes = new Uint8Array(await (await get(`/api/devices/${device.address}/receipts/3`)).arrayBuffer())
  trust = parseTrust(await (await get("/api/trust")).text())
})
afterAll(async () => {
  link?.close()
  await gateway?.close()
  rmSync(dir, { recursive: true, force: true })
})

async function failures(receipt: Uint8Array): Promise<string[]> {
  const { checks } = await verifyReceipt(crypto, receipt, trust)
  return checks.filter(({ ok }) => !ok).map(({ name }) => name)
}

test("it passes with the gateway's trust file, and is not pinned without", async () => {
  expect(await failures(bytes)).toEqual([])
  expect(await verifyReceipt(crypto, bytes)).toMatchObject({ ok: false, consistent: true, pinned: false })
})

test("with any field changed the right check fails", async () => {
  const good = decodeReceiptFile(bytes)
  expect(encodeReceiptFile(good)).toEqual(bytes)
  for (const [field, change, names] of mutations) {
    // those that name an epoch are made for the fixture's
    if (field.startsWith("anchor's epoch")) continue
    expect({ field, failed: await failures(encodeReceiptFile({ ...good, ...change(good) })) }).toEqual({
      field,
      failed: names,
    })
  }
  const { anchor } = good
  expect(await failures(encodeReceiptFile({ ...good, anchor: { ...anchor, epoch: anchor.epoch + 1 } }))).toEqual([
    "anchor",
  ])
})
