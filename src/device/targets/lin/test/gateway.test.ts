/** The board on Linux, on the SDK's engine, against a real gateway: enrols, reports, gets its receipt. One wake is one run. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, onTestFinished, test } from "vitest"
import { GatewayApi } from "../../../../../simulator/fleet/gateway-api.ts"
import { startGateway } from "../../../../../simulator/fleet/gateway-process.ts"
import { provisionFlash } from "../../../../../simulator/xs/device/provision.ts"
import { approve } from "../../../../gateway/cli/approve.ts"
import { fromHex } from "../../../../protocol/bytes.ts"
import { build, hasSdk, sdkVersion } from "./build.ts"

const suffix = hasSdk ? ` (SDK ${sdkVersion()})` : " (needs MODDABLE, a Moddable SDK with its Linux tools)"
const profile = [
  { name: "hour", unit: "/", exponent: -2 },
  { name: "humidity", unit: "%RH", exponent: 0 },
]

test.skipIf(!hasSdk)(`a board of files against a gateway${suffix}`, { timeout: 600_000 }, async () => {
  const program = build("src/device/targets/lin/manifest.json", "dormouse")
  const folder = mkdtempSync(join(tmpdir(), "dormouse-lin-"))
  const gateway = await startGateway(folder, { epochSeconds: 2 })
  onTestFinished(async () => {
    await gateway.stop()
    rmSync(folder, { recursive: true })
  })
  const told = await new GatewayApi(`http://127.0.0.1:${gateway.http}`).provisioning()
  const { chainId } = told
  const [gatewayPublicKey, operator] = [fromHex(told.gatewayPublicKey), fromHex(told.operator)]
  const [genesisHash, registry] = [fromHex(told.genesisHash), fromHex(told.registry)]
  const name = join(folder, "board")
  provisionFlash(
    `${name}.flash`,
    { gatewayPublicKey, operator, chainId, genesisHash, registry, profile },
    { batch: 1, interval: 1 },
  )

  const traces: Record<string, unknown>[] = []
  const tracesOf = (kind: string) => traces.filter(({ e }) => e === kind)
  for (let wakes = 0; wakes < 40 && tracesOf("receipt").length < 2; wakes++) {
    const { stdout, status } = spawnSync(program, [name, "127.0.0.1", String(gateway.coap)], { encoding: "utf8" })
    expect(status).toBe(0)
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    traces.push(...lines)
    if (tracesOf("pending").length === 1 && lines.some(({ e }) => e === "pending"))
      await approve({ dataDir: folder, addresses: [lines[0].address] })
    const { until, now } = lines.at(-1) as { until: number; now: number }
    await sleep(Math.max(0, (until - now) / 1000))
  }
  expect(tracesOf("error")).toEqual([])
  expect(tracesOf("receipt")).toMatchObject([
    { seq: 1, ok: true },
    { seq: 2, ok: true },
  ])
  // The first run was the only cold boot: retained memory carried the others.
  expect(new Set(tracesOf("boot").map(({ boot }) => boot))).toEqual(new Set([1]))
})
