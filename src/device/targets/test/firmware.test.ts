/** The ESP32's firmware from its console to its receipts: everything but the C, against a real gateway. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, onTestFinished, test } from "vitest"
import { crypto } from "../../../../as/index.ts"
import { GatewayApi } from "../../../../simulator/fleet/gateway-api.ts"
import { startGateway } from "../../../../simulator/fleet/gateway-process.ts"
import { approve } from "../../../gateway/cli/approve.ts"
import { ConsoleClient } from "../../../gateway/console/client.ts"
import { provisionBoard } from "../../../gateway/console/provision.ts"
import { systemClock, systemRandom } from "../../../gateway/ports.ts"
import { fromHex } from "../../../protocol/bytes.ts"
import { Esp32 } from "./esp32-on-node.ts"

const profile = [
  { name: "temperature", unit: "Cel", exponent: -2 },
  { name: "humidity", unit: "%RH", exponent: -2 },
]
const wiring = (more = {}) =>
  JSON.stringify({
    i2c: { data: 6, clock: 7 },
    trace: true,
    sensors: [{ driver: "sht3x", temperature: 0, humidity: 1 }],
    ...more,
  })

test("a blank board is provisioned over its cable, enrols over Wi-Fi, reports, and verifies its receipts", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dormouse-firmware-"))
  const gateway = await startGateway(folder, { epochSeconds: 1 })
  onTestFinished(async () => {
    await gateway.stop()
    rmSync(folder, { recursive: true })
  })
  const told = await new GatewayApi(`http://127.0.0.1:${gateway.http}`).provisioning()
  const record = {
    ...{ gatewayPublicKey: fromHex(told.gatewayPublicKey), operator: fromHex(told.operator), chainId: told.chainId },
    ...{ genesisHash: fromHex(told.genesisHash), registry: fromHex(told.registry), profile },
  }
  const network = { ssid: "garden", password: "secret", gateway: `127.0.0.1:${gateway.coap}` }

  const board = new Esp32()
  const client = new ConsoleClient({ stream: board.cable, clock: systemClock() })
  const request = (sensors: string) => ({
    record,
    settings: { batch: 1, interval: 1 },
    network: { ...network, sensors },
  })
  const ports = { crypto, random: systemRandom }
  const wake = board.wake(true)
  await client.open(30_000)
  // What this firmware does not understand is not stored.
  await expect(provisionBoard(client, ports, request(wiring({ colour: 1 })))).rejects.toMatchObject({
    code: "E_BOARD_CONFIG",
  })
  await expect(
    provisionBoard(client, ports, request(wiring({ sensors: [{ driver: "sht3x", temperature: 2 }] }))),
  ).rejects.toThrow("a channel of the profile")
  const { address, code } = await provisionBoard(client, ports, request(wiring()))
  await client.call("leave")
  expect(await wake).toBe("sleep")
  expect(board.lines).toContain(`code ${code}`)
  expect(board.traces.find(({ e }) => e === "boot")).toMatchObject({ address })
  await approve({ dataDir: folder, addresses: [address] })

  const of = (kind: string) => board.traces.filter(({ e }) => e === kind)
  const wakeUntil = async (done: () => boolean) => {
    for (let wakes = 0; wakes < 40 && !done(); wakes++) {
      await sleep(Math.max(0, board.slept / 1000))
      expect(await board.wake()).toBe("sleep")
    }
  }
  await wakeUntil(() => of("receipt").length >= 2)
  expect(of("receipt").slice(0, 2)).toMatchObject([
    { seq: 1, ok: true },
    { seq: 2, ok: true },
  ])
  expect(of("error")).toEqual([])
  board.sensorAnswers = false
  const samples = of("sample").length
  await wakeUntil(() => of("sample").length > samples)
  expect(of("error")).toMatchObject([{ code: "E_SENSOR", message: "sht3x: i2c: no answer" }])
  // Scan and DHCP once; from then on the way that is known.
  expect(board.joins.map(({ fast }) => fast)).toEqual(board.joins.map((_, index) => index > 0))
  expect(new Set(of("boot").map(({ boot }) => boot))).toEqual(new Set([1]))

  // Its button does not make it another device.
  const greeting = board.wake(true)
  const info = (await client.open(30_000)) as Map<string, unknown>
  expect(info.get("provisioned")).toBe(true)
  await client.call("leave")
  expect(await greeting).toBe("sleep")
  expect(of("boot").at(-1)).toMatchObject({ address, boot: 2 })
})
