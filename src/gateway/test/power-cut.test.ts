/**
 * The power goes at random points of the write path, again and again: before a random operation of any thread on its
 * database, and at random moments. After each: no acked report lost, none twice, the chain whole; in the end receipts
 * for everything. `DORMOUSE_POWER_CUTS=500` makes it 500 cuts.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, it } from "vitest"
import { crypto } from "../../../as/index.ts"
import { fromHex } from "../../protocol/index.ts"
import { approve } from "../cli/approve.ts"
import { runningGateway } from "../cli/instance.ts"
import { Store } from "../store/store.ts"
import { type Provisioning, TestDevice } from "./support/device.ts"
import { seededRandom } from "./support/harness.ts"
import { Load } from "./support/load.ts"
import { type GatewayChild, spawnGateway } from "./support/process.ts"
import { udpLink } from "./support/udp.ts"
import { type Head, Wreck } from "./support/wreck.ts"

const CUTS = Number(process.env.DORMOUSE_POWER_CUTS ?? 8)
/** Gateways at once: a start takes a core for a second. */
const LANES = CUTS >= 100 ? 2 : 1
const DEVICES = 3
/** Operations of a thread from its start on, within which the power goes; more than a start takes. */
const OPERATIONS = 1_500
const LONGEST_MS = 1_500
const REPLAY_EVERY = 50

it(`survives ${CUTS} power cuts`, { timeout: 60_000 + CUTS * 10_000 }, async () => {
  await Promise.all(Array.from({ length: LANES }, (_, lane) => survive(Math.ceil(CUTS / LANES), 4711 + lane)))
})

async function survive(cuts: number, seed: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "dormouse-cut-"))
  // Seeded: a fresh random for every run would find more, and could not be repeated.
  const random = seededRandom(seed)
  const upTo = (most: number) => {
    const [high, low] = random(2)
    return 1 + Math.floor(((high! * 256 + low!) / 65_536) * most)
  }
  let gateway: GatewayChild | undefined = (await spawnGateway(dir))!
  const link = udpLink(() => gateway?.coap ?? 9, 300)
  try {
    const provisioning = await provisioningOf(dir)
    const devices = Array.from({ length: DEVICES }, (_, i) => new TestDevice(crypto, i, provisioning, link.exchange))
    for (const device of devices) await device.enrol()
    expect(await approve({ dataDir: dir, addresses: "all" })).toHaveLength(DEVICES)
    await until(async () => (await devices[0]!.send()).refused.length === 0)

    const loads = devices.map((device) => new Load(device, 10))
    const heads: Head[] = []
    let checked = new Map<Load, number>()
    const kinds = { starting: 0, operation: 0, moment: 0 }
    for (let cut = 1; cut <= cuts; cut++) {
      if (!gateway) kinds.starting++
      else kinds[await end(gateway, cut % 3 === 0 ? upTo(600) : LONGEST_MS)]++
      gateway = undefined
      const wreck = new Wreck(dir)
      const acked = loads.map((load) => load.acked.size)
      // Everything from time to time, and otherwise what came since the last time.
      const last = cut === cuts
      const all = last || cut % REPLAY_EVERY === 0
      expect(wreck.faults(loads, all ? new Map() : checked), `after cut ${cut}`).toEqual([])
      checked = new Map(loads.map((load) => [load, Math.max(0, ...load.acked) - 8]))
      heads.push(wreck.head())
      if (all) expect(await wreck.replay()).toEqual(heads.at(-1))
      wreck.remove()
      if (last) expect(Math.min(...acked)).toBeGreaterThan(cuts)
      else gateway = await spawnGateway(dir, cut % 3 === 2 ? {} : { cutAt: upTo(OPERATIONS) })
    }

    if (CUTS >= 100) {
      console.log(`cuts while starting, before an operation, at a moment: ${JSON.stringify(kinds)}`)
      expect(Math.min(...Object.values(kinds))).toBeGreaterThan(0)
    }
    gateway = (await spawnGateway(dir))!
    await Promise.all(loads.map((load) => load.stop()))
    // Receipts follow.
    for (const { device } of loads)
      await until(async () => {
        await device.send()
        return device.receiptCursor === device.seq
      })
    await gateway.kill("SIGKILL")
    await expectWhole(dir, loads, heads)
  } finally {
    link.close()
    await gateway?.kill("SIGKILL")
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Waits for the gateway to kill itself before an operation, and does it where it has not done so in time. */
async function end(gateway: GatewayChild, ms: number): Promise<"operation" | "moment"> {
  const timer = setTimeout(() => gateway.child.kill("SIGKILL"), ms)
  await gateway.exited
  clearTimeout(timer)
  return gateway.child.killed ? "moment" : "operation"
}

async function provisioningOf(dir: string): Promise<Provisioning> {
  const gateway = await runningGateway(dir)
  const { gatewayPublicKey, chainId, registry } = await gateway.json<Record<string, never>>("/api/provisioning")
  return { gatewayPublicKey: fromHex(gatewayPublicKey!), chainId: chainId!, registry: fromHex(registry!) }
}

/** Every signed report is there once and anchored once, and every head ever seen is still in the chain. */
async function expectWhole(dir: string, loads: readonly Load[], heads: readonly Head[]): Promise<void> {
  const wreck = new Wreck(dir)
  expect(wreck.faults(loads)).toEqual([])
  const store = new Store(join(wreck.dir, "gateway.sqlite"))
  for (const { device, acked } of loads) {
    const kept = store.devices.byAddress(device.context.device)!
    const { seq } = device
    expect([kept.stored, kept.anchored, kept.have, acked.size]).toEqual([seq, seq, seq, seq])
  }
  expect(store.reports.link.countGaps()).toBe(0)
  store.close()
  const { height } = wreck.head()
  expect((await wreck.replay()).height).toBe(height)
  const hashes = wreck.hashes()
  for (const { height, head } of heads) expect(hashes[height]).toBe(head)
  wreck.remove()
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await done().catch(() => false)) return
    await sleep(100)
  }
  throw new Error("it did not come about")
}
