/** An ack means durable here; it never waits for a block there. */
import { expect, it } from "vitest"
import { EPOCH, Harness, settle } from "../../test/support/harness.ts"

it("acks flow while no block can be sealed, and receipts come when one can", async () => {
  const harness = await Harness.start()
  const device = await harness.approved()
  const { chain, clock, store } = harness
  let unblock = () => {}
  const sealing = new Promise<void>((resolve) => {
    unblock = resolve
  })
  const submit = chain.submit.bind(chain)
  chain.submit = async (request) => {
    await sealing
    return submit(request)
  }
  // Nor does it wait for a look at the chain.
  const blockNumber = chain.blockNumber.bind(chain)
  chain.blockNumber = async () => {
    await sealing
    return blockNumber()
  }

  for (let epoch = 1; epoch <= 5; epoch++) {
    for (let i = 0; i < 10; i++) {
      const ack = await device.send(device.sign(epoch))
      expect(ack).toMatchObject({ refused: [], retryAfter: 0, receipts: [] })
    }
    expect(store.devices.byId(device.id)).toMatchObject({ stored: 10 * epoch, anchored: 0 })
    await clock.advance(EPOCH)
  }
  expect(chain.slots.size).toBe(0)
  expect(store.anchors.unmined()).toHaveLength(5)

  unblock()
  await settle()
  await harness.core.anchorer.idle()
  for (let i = 0; i < 20; i++) await device.send()
  expect([chain.slots.size, device.receiptCursor]).toEqual([5, 50])
  await harness.end()
})
