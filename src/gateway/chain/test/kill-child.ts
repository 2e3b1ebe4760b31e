// Anchors as fast as it can until it is killed; says what was confirmed.
import { openContracts, startEmbeddedChain } from "../index.ts"

const dir = process.argv[2]!
const node = await startEmbeddedChain({ dir, clock: Date })
const { anchors, gateway } = await openContracts({ node, dir })
const root = new Uint8Array(32).fill(7)
let epoch = 0
while (await anchors.slot(gateway, epoch + 1)) epoch += 1
process.stdout.write(`ready ${epoch}\n`)
for (;;) {
  epoch += 1
  await anchors.submit({ epoch, previousEpoch: epoch - 1, root, count: epoch })
  process.stdout.write(`anchored ${epoch}\n`)
}
