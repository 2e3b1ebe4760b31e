/** Killed at random moments under load, again and again: what was acked is there, once, and gets its receipt. */
import type { ChildProcess } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, it } from "vitest"
import { crypto } from "../../../as/index.ts"
import { concat, fromHex } from "../../protocol/index.ts"
import { approve } from "../cli/approve.ts"
import { TestDevice } from "./support/device.ts"
import { seededRandom } from "./support/harness.ts"
import { type GatewayChild, spawnGateway } from "./support/process.ts"
import { udpLink } from "./support/udp.ts"

const KILLS = 20
const DEVICES = 3
const random = seededRandom(4711)
/** A fresh random for every run would find more, and could not be repeated. */
const moment = (most: number) => Math.round((random(1)[0]! / 255) * most)

interface Head {
  height: number
  head: string
}

it(`survives kill -9 ${KILLS} times`, { timeout: 240_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), "dormouse-kill-"))
  let gateway = (await spawnGateway(dir))!
  const link = udpLink(() => gateway.coap, 300)
  try {
    const get = async (path: string) =>
      (await fetch(`http://127.0.0.1:${gateway.http}${path}`)).json() as Promise<never>
    const { gatewayPublicKey, chainId, registry } = await get("/api/provisioning")
    const provisioning = { gatewayPublicKey: fromHex(gatewayPublicKey), chainId, registry: fromHex(registry) }
    const devices = Array.from({ length: DEVICES }, (_, i) => new TestDevice(crypto, i, provisioning, link.exchange))
    for (const device of devices) await device.enrol()
    expect(await approve({ dataDir: dir, addresses: "all" })).toHaveLength(DEVICES)
    await until(async () => (await devices[0]!.send()).refused.length === 0)

    const load = devices.map((device) => new Load(device))
    const heads: Head[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(moment(600))
      heads.push(((await get("/api/summary")) as { chain: Head }).chain)
      await gateway.kill("SIGKILL")
      gateway = await startAgain(dir, kill % 7 === 6)
    }
    await Promise.all(load.map((each) => each.stop()))

    const acked = load.map(({ acked }) => acked.size)
    expect(Math.min(...acked)).toBeGreaterThan(KILLS)
    // Receipts follow.
    for (const { device } of load) {
      await until(async () => {
        await device.send()
        return device.receiptCursor === device.seq
      })
    }
    const summary = (await get("/api/summary")) as Record<string, unknown> & { reports: { durable: number } }
    const signed = devices.reduce((sum, { seq }) => sum + seq, 0)
    expect(summary).toMatchObject({ reports: { durable: signed, anchored: signed }, gaps: 0, forks: 0, duplicates: 0 })
    for (const { device, acked } of load) {
      const reports = (await get(`/api/devices/${device.address}/reports?limit=1000`)) as {
        seq: number
        epoch: number
      }[]
      const seqs = reports.map(({ seq }) => seq)
      expect(new Set(seqs).size).toBe(seqs.length)
      expect([...acked].filter((seq) => !seqs.includes(seq))).toEqual([])
      expect(reports.filter(({ epoch }) => !epoch)).toEqual([])
    }
    // The chain went on from where it was: every head ever seen is still in it.
    for (const { height, head } of heads) expect(await blockHash(gateway, height)).toBe(head)
  } finally {
    link.close()
    await gateway.kill("SIGKILL")
    rmSync(dir, { recursive: true, force: true })
  }
})

/** Starts the gateway; sometimes it is killed before it is ready, too. */
async function startAgain(dir: string, killEarly: boolean): Promise<GatewayChild> {
  if (killEarly) {
    const early = await spawnGateway(dir, { onSpawn: (child) => killAfter(child, 300 + moment(700)) })
    await early?.kill("SIGKILL")
  }
  return (await spawnGateway(dir))!
}

function killAfter(child: ChildProcess, ms: number): void {
  setTimeout(() => child.kill("SIGKILL"), ms)
}

/** Signs and sends without pause; what is not acked goes again in a later request. */
class Load {
  readonly device: TestDevice
  readonly acked = new Set<number>()
  #running = true
  #ended: Promise<void>

  constructor(device: TestDevice) {
    this.device = device
    this.#ended = this.#run()
  }

  async stop(): Promise<void> {
    this.#running = false
    await this.#ended
  }

  async #run(): Promise<void> {
    while (this.#running || this.#unacked().length > 0) {
      if (this.#running && this.#unacked().length < 4) this.device.sign(0, { at: [1, this.device.seq] })
      const seqs = this.#unacked().slice(0, 4).reverse()
      const reports = seqs.map((seq) => {
        const { payload, signature } = this.device.reports.get(seq)!
        return concat(payload, signature)
      })
      const ack = await this.device.send(...reports).catch(() => undefined)
      if (ack && ack.refused.length === 0) for (const seq of seqs) this.acked.add(seq)
      // About as fast as the gateway takes them without being overrun.
      await sleep(ack ? 5 : 50)
    }
  }

  #unacked(): number[] {
    return [...this.device.reports.keys()].filter((seq) => !this.acked.has(seq))
  }
}

async function blockHash({ http }: GatewayChild, height: number): Promise<string> {
  const params = [`0x${height.toString(16)}`, false]
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params })
  const headers = { "content-type": "application/json" }
  const response = await fetch(`http://127.0.0.1:${http}/rpc`, { method: "POST", body, headers })
  return ((await response.json()) as { result: { hash: string } }).result.hash
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await done().catch(() => false)) return
    await sleep(100)
  }
  throw new Error("it did not come about")
}
