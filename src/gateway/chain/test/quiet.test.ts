import { statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type EmbeddedChain, startEmbeddedChain } from "../index.ts"
import { stoppedClock, temporaryDirectory } from "./support.ts"

const directory = temporaryDirectory()
const clock = stoppedClock()
const EPOCH = 10_000
let node: EmbeddedChain

beforeAll(async () => {
  node = await startEmbeddedChain({ dir: directory.path, clock })
})
afterAll(async () => {
  await node.close()
  directory.remove()
})

const ask = (method: string, ...params: unknown[]) => node.provider.request({ method, params })
const height = async () => Number(await ask("eth_blockNumber"))

/** An epoch passes in which nothing happens. */
async function quietEpoch(): Promise<void> {
  const next = new Promise<void>((resolve) => {
    const unlisten = node.onBlock(() => resolve(unlisten()))
  })
  const start = (clock.ms += EPOCH)
  clock.ms += EPOCH
  node.sealQuiet(start)
  await next
}

test("an epoch without a block gets an empty one, whose time is the epoch's end", async () => {
  await quietEpoch()
  const block = await ask("eth_getBlockByNumber", "latest", false)
  const genesis = (await ask("eth_getBlockByNumber", "0x0", false)) as { stateRoot: string; hash: string }
  expect(block).toMatchObject({
    ...{ number: "0x1", parentHash: genesis.hash, stateRoot: genesis.stateRoot, gasUsed: "0x0", transactions: [] },
    timestamp: `0x${(clock.ms / 1000).toString(16)}`,
  })
  expect(await ask("eth_getBlockReceipts", "latest")).toEqual([])
})

test("an epoch that has a block gets no other", async () => {
  const before = await height()
  for (const since of [clock.ms, clock.ms - EPOCH, 0]) node.sealQuiet(since)
  expect(await height()).toBe(before)
})

test("nobody can ask for blocks over JSON-RPC", async () => {
  for (const method of ["evm_mine", "seal", "miner_start"]) {
    await expect(ask(method)).rejects.toMatchObject({ code: -32601 })
  }
})

test("an empty block costs less than 1,000 bytes of the file", async () => {
  const BLOCKS = 500
  const file = join(directory.path, "chain.sqlite")
  const reopen = async () => {
    await node.close()
    const { size } = statSync(file)
    node = await startEmbeddedChain({ dir: directory.path, clock })
    return size
  }
  const before = await reopen()
  for (let made = 0; made < BLOCKS; made++) await quietEpoch()
  const each = ((await reopen()) - before) / BLOCKS
  expect(each).toBeLessThan(1000)
  expect(await height()).toBe(BLOCKS + 1)
})
