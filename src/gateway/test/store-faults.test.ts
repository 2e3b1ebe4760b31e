/**
 * The power goes between every pair of store operations: one story is told again and again, cut before its first
 * operation on the database, before its second, and so on to the last; each time the gateway starts again on what was
 * on disk at that moment, and the story goes on.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { crypto } from "../../../as/index.ts"
import { fromHex, Kind, toHex } from "../../protocol/index.ts"
import { Status } from "../store/devices.ts"
import { type Exchange, TestDevice } from "./support/device.ts"
import { FakeChain } from "./support/fake-chain.ts"
import { EPOCH, gatewayPublicKey, Harness, settle, TestClock } from "./support/harness.ts"
import { beforeStoreOperations } from "./support/store-operations.ts"

class PowerCut extends Error {}

/** The devices and the chain, which outlive the gateway, and the gateway as it is now. */
class World {
  readonly clock = new TestClock()
  readonly chain = new FakeChain(crypto)
  readonly devices: TestDevice[]
  readonly acked = new Map<TestDevice, Set<number>>()
  dir = mkdtempSync(join(tmpdir(), "dormouse-fault-"))
  harness: Harness | undefined

  constructor() {
    const { chainId, registry } = this.chain
    const provisioning = { gatewayPublicKey, chainId, registry: fromHex(registry) }
    const exchange: Exchange = (topic, body) => this.harness!.exchange(topic, body)
    this.devices = [1, 2].map((number) => new TestDevice(crypto, number, provisioning, exchange))
    for (const device of this.devices) this.acked.set(device, new Set())
  }

  async start(): Promise<void> {
    const { clock, chain, dir } = this
    this.harness = new Harness({ clock, chain, dir })
    await this.harness.core.start()
  }

  /** What was on disk goes to another folder: closing the old file would put it in order. */
  async crash(): Promise<void> {
    const left = mkdtempSync(join(tmpdir(), "dormouse-fault-"))
    cpSync(this.dir, left, { recursive: true })
    await this.harness?.end()
    rmSync(this.dir, { recursive: true, force: true })
    this.dir = left
    this.harness = undefined
    await this.clock.advance(1_000) // a start takes its time
  }

  async send(device: TestDevice, ...seqs: number[]): Promise<void> {
    const reports = seqs.map((seq) => {
      const { payload, signature } = device.reports.get(seq)!
      return Buffer.concat([payload, signature])
    })
    const { refused } = await device.send(...reports)
    const not = new Set(refused.map(({ seq }) => seq))
    if (!not.has(0)) for (const seq of seqs) if (!not.has(seq)) this.acked.get(device)!.add(seq)
  }

  async approveAll(): Promise<void> {
    for (const device of this.devices) {
      if (!device.keys) await device.enrol()
      await settle()
      if ((await this.chain.standing(device.context.device)).status === Status.pending)
        this.chain.approve(device.address)
    }
    await this.harness!.core.approvals.poll()
  }
}

/** Everything that writes: enrolment, reports in and out of order, a gap record, mail, two anchors, receipts. */
async function story(world: World): Promise<void> {
  const { devices, clock } = world
  const [one, two] = devices as [TestDevice, TestDevice]
  await world.start()
  await world.approveAll()
  for (const device of devices) for (let i = 0; i < 3; i++) device.sign(i < 2 ? 0 : 1, i < 2 ? { at: [1, i] } : {})
  await Promise.all([world.send(one, 3, 1), world.send(two, 1, 2, 3)])
  await world.send(one, 2)
  const { store } = world.harness!
  store.transaction(() => {
    const device = store.devices.byId(two.id)!
    store.mailbox.put(device, 1, [6, 1])
    store.devices.save(device)
  })
  one.sign(1, { kind: Kind.gap, cause: 1, firstSeq: 0, lastSeq: 0, samples: 4 })
  await Promise.all([world.send(one, 4), world.send(two)])
  await clock.advance(EPOCH)
  two.sign(2)
  await Promise.all([world.send(two, 4), world.send(one)])
  await clock.advance(EPOCH)
  await Promise.all(devices.map((device) => world.send(device)))
}

/** Devices send what has no ack yet, and ask until each has all its receipts. */
async function goOn(world: World): Promise<void> {
  await world.approveAll()
  for (const device of world.devices) {
    const acked = world.acked.get(device)!
    for (const seq of device.reports.keys()) if (!acked.has(seq)) await world.send(device, seq)
  }
  for (let i = 0; i < 4; i++) {
    await world.clock.advance(EPOCH)
    for (const device of world.devices) await world.send(device)
  }
}

function expectAcked({ devices, acked, harness }: World): void {
  for (const device of devices) {
    if (!device.keys) continue
    const kept = harness!.store.devices.byAddress(device.context.device)!
    expect(kept.id).toBe(device.id)
    const held = new Map(harness!.store.reports.from(kept, 0, 100).map(({ seq, bytes }) => [seq, toHex(bytes)]))
    for (const seq of acked.get(device)!) {
      const { payload, signature } = device.reports.get(seq)!
      expect(held.get(seq)).toBe(toHex(payload) + toHex(signature))
    }
    expect(kept.stored).toBe(held.size)
  }
}

function expectWhole({ devices, harness, chain }: World): void {
  const { store, core } = harness!
  for (const device of devices) {
    const { stored, anchored, have, lastSeq } = store.devices.byAddress(device.context.device)!
    const { seq } = device
    expect([stored, anchored, have, lastSeq, device.receiptCursor]).toEqual([seq, seq, seq, seq, seq])
  }
  expect(store.reports.countForks() + store.reports.link.countGaps()).toBe(0)
  const { duplicates, waiting, anchors } = store.anchors.totals()
  expect([duplicates, waiting, anchors, core.anchorer.conflict]).toEqual([0, 0, chain.slots.size, undefined])
}

it("no report is lost or doubled, wherever the power goes", { timeout: 300_000 }, async () => {
  for (let cut = 1, done = false; !done; cut++) {
    const world = new World()
    let operations = 0
    const power = beforeStoreOperations(() => {
      // It stays off: what comes after it does not happen either.
      if (++operations >= cut) throw new PowerCut()
    })
    try {
      // What is told to a device after the power went cannot have happened, so errors here are no news.
      await story(world).catch(() => {})
    } finally {
      power()
    }
    done = operations < cut
    await world.crash()
    try {
      await world.start()
      expectAcked(world)
      await goOn(world)
      expectWhole(world)
    } catch (error) {
      throw new Error(`power cut before operation ${cut}`, { cause: error })
    } finally {
      await world.harness?.end()
    }
    if (done) expect(cut).toBeGreaterThan(100)
  }
})
