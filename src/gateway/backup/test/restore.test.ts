/** A gateway that was lost and came back from a backup: what devices still hold is there again, the rest is named. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { crypto } from "../../../../as/index.ts"
import { concat, decodeReceiptFile, fromHex, Kind } from "../../../protocol/index.ts"
import { approve } from "../../cli/approve.ts"
import { decideOn, revoke } from "../../cli/decide.ts"
import { listDevices } from "../../cli/devices.ts"
import { removeInstance, writeInstance } from "../../cli/instance.ts"
import { withStore } from "../../cli/offline.ts"
import { type Gateway, startGateway } from "../../gateway.ts"
import { systemClock, systemRandom } from "../../ports.ts"
import { TestDevice } from "../../test/support/device.ts"
import { run } from "../../test/support/process.ts"
import { type UdpLink, udpLink } from "../../test/support/udp.ts"
import { createBackup } from "../create.ts"
import { declareRestored } from "../declare.ts"
import { alarmViews, forkViews, incarnationViews } from "../evidence.ts"
import { restoreBackup } from "../restore.ts"
import { readVanity } from "../vanity.ts"

/** Keeps what has no receipt, and what it has room for; sends again when `have` falls. */
class Keeper {
  readonly device: TestDevice
  readonly acked = new Set<number>()
  #have = 0
  #droppedUpTo = 0

  constructor(device: TestDevice) {
    this.device = device
  }

  get held(): number[] {
    return [...this.device.reports.keys()].filter((seq) => seq > this.#droppedUpTo)
  }

  /** Flash that was reclaimed. */
  drop(upTo: number): void {
    this.#droppedUpTo = upTo
  }

  /** One wake: the newest first, then the backlog from its oldest on. */
  async wake(): Promise<void> {
    const { device, acked } = this
    const waiting = this.held.filter((seq) => !acked.has(seq)).sort((a, b) => a - b)
    const seqs = waiting.length > 1 ? [waiting.at(-1)!, ...waiting.slice(0, Math.min(5, waiting.length - 1))] : waiting
    const reports = seqs.map((seq) => concat(device.reports.get(seq)!.payload, device.reports.get(seq)!.signature))
    const { refused, have } = await device.send(...reports)
    if (refused.length > 0) return
    for (const seq of seqs) acked.add(seq)
    if (have < this.#have) {
      for (const seq of [...acked]) if (seq > have) acked.delete(seq)
      for (const seq of this.held) if (seq > have) device.receipted.delete(seq)
      device.receiptCursor = Math.min(device.receiptCursor, have)
    }
    this.#have = have
  }
}

const work = mkdtempSync(join(tmpdir(), "dormouse-restore-"))
const [first, second] = [join(work, "first"), join(work, "second")]
const file = join(work, "gateway.backup")
const ports = { clock: systemClock(), random: systemRandom }
let dir = first
let gateway: Gateway
let link: UdpLink
let keepers: Keeper[]
let running = true
const errors: unknown[] = []

async function start(): Promise<void> {
  gateway = await startGateway({ dataDir: dir, coapPort: 0, httpPort: 0, epochMs: 500 })
  const secret = (gateway as { secret?: string }).secret
  writeInstance(dir, { pid: process.pid, coap: gateway.coap, http: gateway.http, host: "127.0.0.1", secret } as never)
}

async function stop(): Promise<void> {
  removeInstance(dir)
  await gateway.close()
}

const get = async (path: string) => (await fetch(`http://127.0.0.1:${gateway.http}${path}`)).text()
const until = async (done: () => unknown) => {
  for (let i = 0; i < 400; i++) {
    if (await done()) return
    await sleep(25)
  }
  throw new Error("it did not come about")
}
const sign = ({ device }: Keeper) => device.sign(0, { at: [1, device.seq] })
const allReceipted = () =>
  keepers.every(({ device }) => [...device.reports.keys()].every((seq) => device.receipted.has(seq)))
const wakeAll = async () => {
  for (const keeper of keepers) await keeper.wake().catch((error) => errors.push(error))
}
const untilReceipted = () =>
  until(async () => {
    await wakeAll()
    return allReceipted()
  })

beforeAll(async () => {
  await start()
  link = udpLink(() => gateway.coap)
  const { gatewayPublicKey, chainId, registry } = JSON.parse(await get("/api/provisioning"))
  const provisioning = { gatewayPublicKey: fromHex(gatewayPublicKey), chainId, registry: fromHex(registry) }
  const devices = [0, 1, 2].map((i) => new TestDevice(crypto, i, provisioning, link.exchange))
  for (const device of devices) await device.enrol()
  await approve({ dataDir: dir, addresses: "all" })
  await until(async () => (await devices[2]!.send()).refused.length === 0)
  keepers = devices.map((device) => new Keeper(device))
})

afterAll(async () => {
  running = false
  link.close()
  await stop()
  rmSync(work, { recursive: true, force: true })
})

it("backs up under load, and what was acked before is in it", async () => {
  const load = keepers.map(async (keeper) => {
    while (running) {
      sign(keeper)
      await keeper.wake().catch((error) => errors.push(error))
    }
  })
  await sleep(1200)
  const before = keepers.map(({ acked }) => [...acked])
  const { manifest } = await createBackup({ dataDir: dir, output: file, withKeys: true, ...ports })
  const after = keepers.map(({ device }) => device.seq)
  running = false
  await Promise.all(load)
  expect(manifest.store.reports).toBeGreaterThanOrEqual(before.flat().length)

  const copy = join(work, "copy")
  mkdirSync(copy) // empty is as good as not there
  expect(restoreBackup({ file, dataDir: copy })).toEqual(manifest)
  expect(readdirSync(copy).sort()).toEqual(["chain.json", "chain.sqlite", "gateway.sqlite", "genesis.json", "keys"])
  withStore(copy, (store) => {
    for (const [i, { device }] of keepers.entries()) {
      const known = store.devices.byAddress(device.context.device)!
      const seqs = store.reports.from(known, 0, 100_000).map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.map((_, at) => at + 1)) // a prefix of what was signed
      expect(seqs).toEqual(expect.arrayContaining(before[i]!))
      expect(seqs.length).toBeLessThanOrEqual(after[i]!)
    }
  })
})

describe("a damaged backup is refused", () => {
  const damaged = join(work, "damaged")
  const refused = (message: RegExp) => {
    const target = join(work, "refused")
    expect(() => restoreBackup({ file: damaged, dataDir: target })).toThrowError(message)
    expect(() => restoreBackup({ file: damaged, dataDir: target })).toThrowError(
      expect.objectContaining({ code: "E_BACKUP_CORRUPT" }),
    )
    expect(existsSync(target)).toBe(false)
  }

  it("where it was cut short, wherever", () => {
    const { length } = readFileSync(file)
    for (const part of [0, 0.001, 0.01, 0.5, 0.9]) {
      cpSync(file, damaged)
      truncateSync(damaged, Math.floor(length * part))
      refused(/cut short/)
    }
  })

  it("where a byte changed", () => {
    const bytes = readFileSync(file)
    for (const at of [20, 700, 5_000, Math.floor(bytes.length * 0.6)]) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      writeFileSync(damaged, changed)
      refused(/damaged|manifest|does not belong|is missing/)
    }
  })

  it("and so are a directory in use, a file in the way, and data that is none", async () => {
    expect(() => restoreBackup({ file, dataDir: work })).toThrowError(/not empty/)
    await expect(createBackup({ dataDir: dir, output: file, ...ports })).rejects.toMatchObject({
      code: "E_BACKUP_EXISTS",
    })
    const nowhere = createBackup({ dataDir: join(work, "none"), output: join(work, "x"), ...ports })
    await expect(nowhere).rejects.toMatchObject({ code: "E_BACKUP_SOURCE" })
  })
})

it("asks for the keys where the backup came without", async () => {
  const [bare, target] = [join(work, "bare.backup"), join(work, "bare")]
  const { manifest } = await createBackup({ dataDir: dir, output: bare, ...ports })
  expect(manifest.files.filter(({ name }) => name.startsWith("keys/"))).toEqual([])
  restoreBackup({ file: bare, dataDir: target })
  const started = startGateway({ dataDir: target, coapPort: 0, httpPort: 0 })
  await expect(started).rejects.toMatchObject({ code: "E_BACKUP_KEYS" })
  expect(existsSync(join(target, "keys"))).toBe(false)
})

describe("after a restore", () => {
  let backedUp: number[]
  const lostUpTo: number[] = []

  it("devices bring what they still hold, and it is anchored again", async () => {
    backedUp = withStore(join(work, "copy"), (store) =>
      keepers.map(({ device }) => store.devices.byAddress(device.context.device)!.have),
    )
    // The lost life: acked, anchored, shown to the devices, and signed for by them.
    for (let i = 0; i < 6; i++) {
      for (const keeper of keepers) sign(keeper)
      await untilReceipted()
    }
    const { epoch } = JSON.parse(await get("/api/summary"))
    await stop()
    // The first device's flash has no room left for what has its receipt; the others still have everything.
    lostUpTo.push(keepers[0]!.device.seq - 2)
    keepers[0]!.drop(lostUpTo[0]!)

    restoreBackup({ file, dataDir: second })
    dir = second
    await start()
    const { current } = withStore(dir, (store) => ({ current: store.incarnations.current }))
    expect(current).toMatchObject({ number: 2, height: expect.any(Number) })
    expect(current.firstEpoch).toBeGreaterThanOrEqual(epoch)
    for (const keeper of keepers) sign(keeper)
    await untilReceipted()
    withStore(dir, (store) => {
      for (const { device, held } of keepers) {
        const known = store.devices.byAddress(device.context.device)!
        for (const seq of held) expect(store.reports.get(known, seq)).toBeDefined()
      }
      expect(store.anchors.totals()).toMatchObject({ waiting: 0, duplicates: 0 })
      const [restored] = incarnationViews(store)
      expect(restored!.number).toBe(2)
    })
  })

  it("names what is lost for good, and `have` goes on", async () => {
    await until(async () => {
      await wakeAll()
      return (await listDevices(dir)).some(({ lost }) => lost?.length)
    })
    const views = new Map(
      withStore(dir, (store) =>
        store.devices.all().map((device) => [device.id, { lost: store.losses.of(device.id), have: device.have }]),
      ),
    )
    const of = (i: number) => views.get(keepers[i]!.device.id)!
    expect(of(0)).toEqual({
      lost: [{ first: backedUp[0]! + 1, last: lostUpTo[0], incarnation: 2 }],
      have: keepers[0]!.device.seq,
    })
    for (const i of [1, 2]) expect(of(i)).toEqual({ lost: [], have: keepers[i]!.device.seq })
    withStore(dir, (store) => expect(store.reports.link.countGaps()).toBe(0))
    expect(await get("/metrics")).toMatch(/^dormouse_losses 1$/m)
    expect(await get("/metrics")).toMatch(/^dormouse_have_falls 3$/m)
  })

  it("shows the new incarnation in every block it sealed, and no epoch twice", async () => {
    const { device } = keepers[1]!
    const address = `/api/devices/${device.address}`
    const receipt = await fetch(`http://127.0.0.1:${gateway.http}${address}/receipts/${device.seq}`)
    const { header } = decodeReceiptFile(new Uint8Array(await receipt.arrayBuffer()))
    const at = Buffer.from(header).indexOf("dormouse")
    const { height, startedAt } = withStore(dir, (store) => store.incarnations.current)
    expect(readVanity(header.subarray(at, at + 32))).toEqual({ number: 2, height, startedAt })
  })

  it("takes an anchor of the lost life for what a restore explains, and any other for an alarm", async () => {
    const [{ device }] = keepers as [Keeper]
    const status = (lastAnchor: Uint8Array | null) => ({
      ...{ kind: Kind.status, at: [1, device.seq], batteryMillivolts: 3000, firmware: "t", skewPpb: 0 },
      ...{ outbox: 0, resets: 0, lastAnchor },
    })
    const forged = crypto.sha256(new Uint8Array([1, 2, 3]))
    await device.send(device.sign(0, status(forged)), device.sign(0, status(null)))
    const alarms = withStore(dir, (store) => alarmViews(store))
    expect(alarms.filter(({ kind }) => kind === "receipts").map(({ afterRestore }) => afterRestore)).toEqual([
      true,
      true,
      true,
    ])
    const witnesses = alarms.filter(({ kind }) => kind === "witness")
    expect(witnesses).toMatchObject([{ device: device.address, anchor: `0x${Buffer.from(forged).toString("hex")}` }])
    expect(witnesses[0]).toMatchObject({ afterRestore: false, report: expect.stringMatching(/^0x8b03/) })
    expect(await get("/metrics")).toMatch(/^dormouse_alarms\{kind="witness"\} 1$/m)
    expect(JSON.parse(await get("/health"))).toMatchObject({ ok: true, alarm: { code: "E_ALARM" } })
  })

  it("hands out both reports of a fork", async () => {
    const [, { device }] = keepers as [Keeper, Keeper]
    const next = device.sign(0, { at: [1, 7] })
    await device.send(next, device.sign(0, { seq: 3, prev: new Uint8Array(8), at: [1, 77] }))
    const [fork] = withStore(dir, (store) => forkViews(store))
    expect(fork).toMatchObject({ device: device.address, seq: 3, cause: "sameSeq", other: 3 })
    expect(fork!.report).not.toBe(fork!.otherReport)
  })

  it("shows all of it on the command line", async () => {
    const commands = ["alarms", "forks", "restores"].map((name) => run(name, "--data", dir, "--json"))
    const lists = (await Promise.all(commands)).map(({ stdout }) => JSON.parse(stdout))
    expect(lists[0]).toHaveLength(4)
    expect(lists[1]).toMatchObject([{ seq: 3, publicKey: expect.stringMatching(/^0x0[23]/) }])
    expect(lists[2]).toMatchObject([{ number: 2, recovered: expect.any(Number) }])
    const [devices, again] = await Promise.all([run("devices", "--data", dir), run("restore", file, "--data", dir)])
    expect(devices.stdout).toMatch(/lost in restore: \d+-\d+/)
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/^E_BACKUP_EXISTS: .+\n$/) })
    expect(() => declareRestored(dir, ports.clock)).toThrowError(expect.objectContaining({ code: "E_LOCKED" }))
  })

  it("revokes through the running gateway", async () => {
    const { device } = keepers[2]!
    await decideOn(revoke, { dataDir: dir, addresses: [device.address] })
    await until(async () => (await device.send()).refused.some(({ reason }) => reason === 3))
    const again = decideOn(revoke, { dataDir: dir, addresses: [device.address] })
    await expect(again).rejects.toMatchObject({ code: "E_NOT_APPROVED" })
  })
})
