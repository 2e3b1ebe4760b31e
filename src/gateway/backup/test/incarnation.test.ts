/** What a restored gateway does and says, on a clock and a chain that the test holds in its hands. */
import { cpSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { crypto } from "../../../../as/index.ts"
import { anchorHash, joinSigned } from "../../../protocol/index.ts"
import { Kind } from "../../../protocol/report.ts"
import { defaultLimits } from "../../limits.ts"
import { silentLog } from "../../log.ts"
import { Status } from "../../store/devices.ts"
import { Store } from "../../store/store.ts"
import type { Exchange, TestDevice } from "../../test/support/device.ts"
import { FakeChain } from "../../test/support/fake-chain.ts"
import { EPOCH, Harness } from "../../test/support/harness.ts"
import { declareRestored } from "../declare.ts"
import { alarmViews } from "../evidence.ts"
import { beginIncarnation } from "../incarnation.ts"
import { readVanity, vanityOf } from "../vanity.ts"

let harness: Harness
let device: TestDevice

beforeEach(async () => {
  harness = await Harness.start()
  // The device finds whichever gateway is there.
  Object.assign(harness, { exchange: ((topic, body) => harness.core.handle(topic, body)) satisfies Exchange })
  device = await harness.approved()
})

afterEach(() => harness.end())

/** Store and chain as they are now, as files and in memory. */
function copy(): { dir: string; chain: FakeChain } {
  const dir = mkdtempSync(join(tmpdir(), "dormouse-"))
  cpSync(harness.dir, dir, { recursive: true })
  const chain = new FakeChain(crypto)
  chain.height = harness.chain.height
  for (const [key, value] of harness.chain.devices) chain.devices.set(key, value)
  for (const [key, value] of harness.chain.slots) chain.slots.set(key, value)
  return { dir, chain }
}

/** Ends the life that goes on and starts from the copy, as from a backup, or as if nothing had happened. */
async function goBack({ dir, chain }: ReturnType<typeof copy>, declared: boolean): Promise<void> {
  const { clock } = await harness.crash()
  if (declared) {
    const store = new Store(join(dir, "gateway.sqlite"))
    store.incarnations.setMark({ backup: "b", takenAt: clock!.now(), height: chain.height, keys: [] })
    beginIncarnation(store, dir, clock!.now(), silentLog)
    store.close()
  }
  harness = await Harness.start({ clock: clock!, chain, dir })
}

const status = (lastAnchor: Uint8Array | null) =>
  device.sign(harness.epoch, {
    ...{ kind: Kind.status, batteryMillivolts: 3000, firmware: "t", skewPpb: 0, outbox: 0, resets: 0 },
    lastAnchor,
  })
const lastAnchor = () => anchorHash(crypto, harness.store.anchors.last()!)
const alarms = () => alarmViews(harness.store)

/** Anchors one report, so that the device has been shown an anchor. */
async function anchorOne(): Promise<Uint8Array> {
  await device.send(device.sign(harness.epoch))
  await harness.clock.advance(EPOCH)
  await device.send()
  return lastAnchor()
}

describe("a witness", () => {
  it("of any anchor of ours is none against us", async () => {
    const seen = [await anchorOne(), await anchorOne(), await anchorOne()]
    for (const hash of seen) await device.send(status(hash))
    await device.send(status(null))
    expect(alarms()).toEqual([])
    expect(harness.core.alarms()).toBeUndefined()
  })

  it("of a history that was exchanged raises an alarm, with what the device signed", async () => {
    await anchorOne()
    const before = copy()
    const seen = await anchorOne()
    await goBack(before, false)
    const report = status(seen)
    await device.send(report)
    expect(alarms()).toMatchObject([
      { kind: "receipts", seq: 2, held: 1, afterRestore: false },
      { kind: "witness", afterRestore: false, report: `0x${Buffer.from(report).toString("hex")}` },
    ])
    expect(harness.core.alarms()).toMatchObject({ code: "E_ALARM" })
    expect(await harness.counted('alarms{kind="witness"}')).toBe(1)
  })

  it("of the lost life is explained by a restore, until the device was shown an anchor of this one", async () => {
    await anchorOne()
    const before = copy()
    const seen = await anchorOne()
    await goBack(before, true)
    await device.send(status(seen))
    expect(alarms().map(({ afterRestore }) => afterRestore)).toEqual([true, true])
    expect(harness.core.alarms()).toBeUndefined()
    await device.send(device.sign(harness.epoch), joinSigned(device.reports.get(2)!))
    await harness.clock.advance(2 * EPOCH)
    await device.send()
    await device.send()
    await device.send(status(seen))
    expect(harness.core.alarms()).toMatchObject({ code: "E_ALARM" })
  })
})

describe("a restored gateway", () => {
  it("anchors nothing under an epoch that the lost life may have used, and goes on", async () => {
    await anchorOne()
    const before = copy()
    await anchorOne()
    await anchorOne()
    const lost = new Set(harness.chain.slots.keys())
    const known = new Set(before.chain.slots.keys())
    await goBack(before, true)
    expect(harness.store.incarnations.current).toMatchObject({ number: 2, firstEpoch: harness.epoch })
    await anchorOne()
    await anchorOne()
    const made = [...harness.chain.slots.keys()].filter((epoch) => !known.has(epoch))
    expect(made.length).toBe(2)
    expect(made.filter((epoch) => lost.has(epoch))).toEqual([])
  })

  it("may be declared where the disk was set back by other means", async () => {
    await anchorOne()
    const { dir } = copy()
    const chain = new DatabaseSync(join(dir, "chain.sqlite"))
    chain.exec("CREATE TABLE blocks (number INTEGER PRIMARY KEY, hash BLOB); INSERT INTO blocks VALUES (7, x'00')")
    chain.close()
    expect(declareRestored(dir, harness.clock)).toMatchObject({ height: 7 })
    const store = new Store(join(dir, "gateway.sqlite"))
    expect(beginIncarnation(store, dir, harness.clock.now(), silentLog)).toMatchObject({ number: 2, height: 7 })
    store.close()
    expect(() => declareRestored(join(dir, "none"), harness.clock)).toThrowError(/nothing to declare/)
  })

  it("takes back a tree for whose epoch its chain holds another", async () => {
    harness.chain.fault = new Error("the chain is away")
    await device.send(device.sign(1))
    await harness.clock.advance(EPOCH)
    expect(harness.store.anchors.unmined()).toHaveLength(1)
    const before = copy()
    before.chain.slots.set(1, { hash: "00".repeat(32), block: 2 })
    await goBack(before, true)
    await harness.clock.advance(2 * EPOCH)
    expect(harness.core.anchorer.conflict).toBeUndefined()
    expect(harness.store.anchors.totals()).toMatchObject({ anchors: 1, anchored: 1, waiting: 0, duplicates: 0 })
    await device.send()
    expect(device.receiptCursor).toBe(1)
  })

  it("numbers mail beyond what the lost life may have sent, and begins once", async () => {
    await goBack(copy(), true)
    const { store } = harness
    const known = store.devices.byId(device.id)!
    expect(store.transaction(() => store.mailbox.put(known, 1, [6, 1]))).toBeGreaterThan(harness.clock.now() / 1000)
    expect(store.incarnations.mark).toBeUndefined()
    expect(beginIncarnation(store, harness.dir, 0, silentLog).number).toBe(2)
  })

  it("is named in every block's vanity", () => {
    const third = { number: 3, height: 70_000, startedAt: 1_800_000_000_000 }
    expect(vanityOf({ number: 1, height: 0, startedAt: 0 })).toBeUndefined()
    expect(vanityOf(third)).toHaveLength(32)
    expect(readVanity(vanityOf(third)!)).toEqual(third)
    expect(readVanity(new Uint8Array(97))).toEqual({ number: 1, height: 0, startedAt: 0 })
    expect(readVanity(new Uint8Array(97).fill(7))).toBeUndefined()
  })
})

describe("a rejected device", () => {
  it("frees its place, and takes one again with a new hello", async () => {
    const limits = { ...defaultLimits, pendingDevices: 1 }
    harness = await harness.restart({ limits })
    const waiting = harness.device(7)
    await waiting.enrol()
    await expect(harness.device(8).enrol()).rejects.toMatchObject({ kind: "busy" })
    harness.chain.reject(waiting.address)
    await harness.core.approvals.poll()
    expect(harness.store.devices.byId(waiting.id)!.status).toBe(Status.rejected)
    expect((await waiting.send()).refused).toMatchObject([{ seq: 0, reason: 2 }])
    expect(harness.chain.requested).toHaveLength(2)

    await harness.device(8).enrol()
    await harness.clock.advance(1)
    await expect(waiting.enrol()).rejects.toMatchObject({ kind: "busy" })
  })
})
