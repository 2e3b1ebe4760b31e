import { expect, it } from "vitest"
import { EPOCH, Harness } from "../../test/support/harness.ts"

it("the chain is told of the end of each epoch that leaves nothing to anchor", async () => {
  const harness = await Harness.start()
  const device = await harness.approved()
  const ended: number[] = []
  Object.assign(harness.chain, { endEpoch: (start: number) => void ended.push(start) })
  await device.send(device.sign(1))
  await harness.clock.advance(EPOCH) // an anchor: its block is the epoch's
  expect(ended).toEqual([])
  await harness.clock.advance(EPOCH)
  await harness.clock.advance(EPOCH)
  const now = harness.clock.now()
  expect(ended).toEqual([now - 2 * EPOCH, now - EPOCH])
  await harness.end()
})
