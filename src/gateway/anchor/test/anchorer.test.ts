import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { crypto } from "../../../../as/index.ts"
import { MAX_BODY } from "../../../protocol/coap.ts"
import { anchorHash, decodeAck, openDownlink, toHex } from "../../../protocol/index.ts"
import type { TestDevice } from "../../test/support/device.ts"
import { EPOCH, Harness, settle } from "../../test/support/harness.ts"

let harness: Harness
let device: TestDevice

beforeEach(async () => {
  harness = await Harness.start()
  device = await harness.approved()
})

afterEach(() => harness.end())

const anchors = () => harness.store.anchors
const epochs = () => [...harness.chain.slots.keys()]

describe("anchors", () => {
  it("come at the end of each epoch that brought reports, hash-linked, and bring receipts", async () => {
    await device.send(device.sign(1), device.sign(1))
    expect(device.receipted.size).toBe(0)
    await harness.clock.advance(EPOCH)
    await harness.clock.advance(EPOCH) // nothing came: no anchor
    await device.send(device.sign(3))
    expect([...device.receipted]).toEqual([1, 2])
    await harness.clock.advance(EPOCH)
    expect(epochs()).toEqual([1, 3])
    const [first, second] = [anchors().get(1)!, anchors().get(3)!]
    expect(toHex(second.previous)).toBe(toHex(anchorHash(crypto, first)))
    expect(toHex(anchorHash(crypto, second))).toBe(harness.chain.slots.get(3)!.hash)
    await device.send()
    expect(device.receiptCursor).toBe(3)
    expect(anchors().totals()).toMatchObject({ anchors: 2, durable: 3, anchored: 3, waiting: 0, duplicates: 0 })
  })

  it("sort their leaves by address and seq", async () => {
    const devices = [device, await harness.approved(), await harness.approved()]
    for (const each of devices) {
      const reports = [each.sign(1), each.sign(1)]
      await each.send(reports[1]!, reports[0]!)
    }
    await harness.clock.advance(EPOCH)
    const leaves = devices.flatMap(({ id, address }) =>
      [1, 2].map((seq) => ({
        at: `${address}/${seq}`,
        leaf: harness.store.reports.get(harness.store.devices.byId(id)!, seq)!.leaf,
      })),
    )
    const sorted = leaves.sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ leaf }) => leaf)
    expect(sorted).toEqual([0, 1, 2, 3, 4, 5])
    for (const each of devices) {
      await each.send()
      expect(each.receiptCursor).toBe(2)
    }
  })

  it("leave out a report that names the epoch to come", async () => {
    await harness.clock.advance(EPOCH - 1000)
    await device.send(device.sign(1), device.sign(2))
    await harness.clock.advance(1000)
    expect(anchors().get(1)!.count).toBe(1)
    await harness.clock.advance(EPOCH)
    expect(anchors().get(2)!.count).toBe(1)
    expect(anchors().totals().duplicates).toBe(0)
  })

  it("hold every report once, however often it comes and whenever", async () => {
    const report = device.sign(1)
    for (let i = 0; i < 3; i++) {
      await device.send(report)
      await harness.clock.advance(EPOCH)
    }
    expect(anchors().totals()).toMatchObject({ anchors: 1, anchored: 1, duplicates: 0 })
  })

  it("are built and stored first, and sent again with the same root after a restart", async () => {
    harness.chain.fault = new Error("the chain is away")
    await device.send(device.sign(1))
    await harness.clock.advance(EPOCH + 100)
    const { root } = anchors().get(1)!
    expect(epochs()).toEqual([])
    await device.send(device.sign(2))
    const submitted = harness.chain.submitted.length
    harness = await harness.restart()
    harness.chain.fault = undefined
    await harness.clock.advance(EPOCH)
    expect(epochs()).toEqual([1, 2])
    const again = harness.chain.submitted.slice(submitted).filter(({ epoch }) => epoch === 1)
    expect(new Set(again.map(({ root }) => root))).toEqual(new Set([toHex(root)]))
    expect(anchors().totals()).toMatchObject({ anchors: 2, anchored: 2, duplicates: 0 })
  })

  it("that were mined while nobody looked are found in their block", async () => {
    await device.send(device.sign(1))
    const submit = harness.chain.submit
    harness.chain.submit = async function (request) {
      await submit.call(this, request)
      throw new Error("killed before the answer came")
    }
    await harness.clock.advance(EPOCH)
    harness.chain.submit = submit
    harness = await harness.restart()
    await settle()
    expect(anchors().get(1)!.block).toBe(harness.chain.slots.get(1)!.block)
    expect(anchors().totals().anchored).toBe(1)
  })

  it("take all that waits under the latest finished epoch where the end was missed", async () => {
    await device.send(device.sign(1))
    const options = await harness.crash()
    await harness.clock.advance(5 * EPOCH)
    harness = await Harness.start(options)
    await settle()
    expect(epochs()).toEqual([5])
  })

  it("go on after failures, in order", async () => {
    harness.chain.fault = new Error("the chain is away")
    for (let epoch = 1; epoch <= 4; epoch++) {
      await device.send(device.sign(epoch))
      await harness.clock.advance(EPOCH)
    }
    harness.chain.fault = undefined
    await harness.clock.advance(4 * EPOCH)
    expect(epochs()).toEqual([1, 2, 3, 4])
    await device.send()
    expect(device.receiptCursor).toBe(4)
  })

  it("stop, and say so, where the chain holds another story", async () => {
    await device.send(device.sign(1))
    harness.chain.slots.set(1, { hash: "00".repeat(32), block: 2 })
    await harness.clock.advance(EPOCH)
    expect(harness.core.anchorer.conflict).toMatch(/another story/)
    await device.send()
    expect(device.receipted.size).toBe(0)
  })
})

describe("receipts in acks", () => {
  it("fit the datagram, oldest first, until all are there", async () => {
    const others = await Promise.all([harness.approved(), harness.approved()])
    for (let epoch = 1; epoch <= 12; epoch++) {
      for (const each of [device, ...others]) await each.send(each.sign(epoch), each.sign(epoch))
      await harness.clock.advance(EPOCH)
    }
    device.receipted.clear()
    device.receiptCursor = 0
    let sent = 0
    while (device.receiptCursor < 24) {
      const body = device.seal([])
      const answer = await harness.exchange("report", body)
      expect(answer!.body.length).toBeLessThanOrEqual(MAX_BODY)
      const before = device.receiptCursor
      device.open(answer!.body, device.request)
      expect(device.receiptCursor).toBeGreaterThan(before)
      sent++
    }
    expect(sent).toBeLessThan(8)
  })

  it("go on behind a report that is missing, and come back for what was lost", async () => {
    const reports = Array.from({ length: 30 }, () => device.sign(1))
    const missing = reports.shift()!
    for (const report of reports) await device.send(report)
    await harness.clock.advance(EPOCH)
    for (let i = 0; i < 20 && device.receipted.size < 29; i++) await device.send()
    expect(device.receipted.size).toBe(29)
    await device.send(missing)
    await harness.clock.advance(EPOCH)
    for (let i = 0; i < 20 && device.receiptCursor < 30; i++) await device.send()
    expect(device.receiptCursor).toBe(30)
  })

  it("are not given to a device that is no longer approved", async () => {
    await device.send(device.sign(1))
    await harness.clock.advance(EPOCH)
    harness.chain.revoke(device.address)
    await harness.core.approvals.poll()
    const answer = await harness.exchange("report", device.seal([]))
    const ack = decodeAck(openDownlink(crypto, device.keys!, device.id, device.request, answer!.body)!)
    expect(ack.receipts).toEqual([])
  })
})
