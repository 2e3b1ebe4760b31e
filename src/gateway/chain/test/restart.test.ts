import { cpSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import { DEFAULT_CHAIN_ID, type EmbeddedChain, loadOrCreateKey, openContracts, startEmbeddedChain } from "../index.ts"
import { openChain } from "../node/open.ts"
import { stoppedClock, temporaryDirectory } from "./support.ts"
import { replay } from "./verify.ts"

const root = new Uint8Array(32).fill(7)
const fixture = temporaryDirectory()
let genesisHash: string
let head: { number: string }
let closed: EmbeddedChain

// A chain with two anchors, 10 seconds apart, of which each test gets its own copy.
beforeAll(async () => {
  await buildContracts({ quiet: true })
  const clock = stoppedClock()
  closed = await startEmbeddedChain({ dir: fixture.path, clock })
  const { anchors } = await openContracts({ node: closed, dir: fixture.path })
  await anchors.submit({ epoch: 1, previousEpoch: 0, root, count: 1 })
  clock.ms += 10_000
  await anchors.submit({ epoch: 2, previousEpoch: 1, root, count: 1 })
  genesisHash = closed.genesisHash
  head = (await closed.provider.request({ method: "eth_getBlockByNumber", params: ["latest", true] })) as typeof head
  await closed.close()
})
afterAll(() => fixture.remove())

function closedChain() {
  const { path: dir, remove } = temporaryDirectory()
  cpSync(fixture.path, dir, { recursive: true })
  return { dir, remove, clock: stoppedClock(1_800_000_010) }
}

/** Opens and closes, without the thread: the same code, and quicker. */
async function open(dir: string, chainId = DEFAULT_CHAIN_ID): Promise<void> {
  loadOrCreateKey(dir, "gateway")
  const { chain } = await openChain({ dir, chainId, funded: [], now: 0 })
  await chain.close()
}

test("a restart finds the same chain and goes on", async () => {
  const { dir, clock, remove } = closedChain()
  const again = await startEmbeddedChain({ dir, clock })
  expect(again.genesisHash).toBe(genesisHash)
  expect(await again.provider.request({ method: "eth_getBlockByNumber", params: ["latest", true] })).toEqual(head)
  const { anchors } = await openContracts({ node: again, dir })
  const included = await anchors.submit({ epoch: 3, previousEpoch: 2, root, count: 1 })
  expect(included.blockNumber).toBe(Number(head.number) + 1)
  await again.close()
  expect(await replay(join(dir, "chain.sqlite"), DEFAULT_CHAIN_ID)).toBe(included.blockNumber)
  remove()
})

test("block times follow the clock, and never go back", async () => {
  const { dir, clock, remove } = closedChain()
  clock.ms -= 3_600_000
  const node = await startEmbeddedChain({ dir, clock })
  const { anchors } = await openContracts({ node, dir })
  const time = async (number: number) => {
    const params = [`0x${number.toString(16)}`, false]
    const block = (await node.provider.request({ method: "eth_getBlockByNumber", params })) as { timestamp: string }
    return Number(block.timestamp)
  }
  const { blockNumber } = await anchors.submit({ epoch: 3, previousEpoch: 2, root, count: 1 })
  expect(await time(blockNumber)).toBe(await time(blockNumber - 1))
  expect(await time(blockNumber - 1)).toBe((await time(blockNumber - 2)) + 10)
  await node.close()
  remove()
})

test("after close, requests are answered with an error", async () => {
  await expect(closed.provider.request({ method: "eth_chainId" })).rejects.toThrow("closed")
  expect(await closed.handleRpc({ jsonrpc: "2.0", id: 1, method: "eth_chainId" })).toMatchObject({ error: {} })
  await closed.close()
})

test("keys are for their owner alone", async () => {
  const { dir, remove } = closedChain()
  for (const name of ["sealer", "gateway", "operator"]) {
    expect(statSync(join(dir, "keys", `${name}.json`)).mode & 0o777).toBe(0o600)
  }
  remove()
})

test("what does not belong together is refused by name", async () => {
  const { dir, remove } = closedChain()
  const genesis = join(dir, "genesis.json")
  const good = readFileSync(genesis, "utf8")
  const failure = async (path: string, text: string, code: string) => {
    const before = readFileSync(path, "utf8")
    writeFileSync(path, text)
    await expect(open(dir)).rejects.toMatchObject({ code })
    writeFileSync(path, before)
  }
  await expect(startEmbeddedChain({ dir, clock: stoppedClock(), chainId: 5 })).rejects.toMatchObject({
    code: "E_CHAIN_GENESIS",
  })
  await failure(genesis, "{", "E_CHAIN_GENESIS")
  await failure(genesis, good.replace('"timestamp": "0x', '"timestamp": "0x1'), "E_CHAIN_GENESIS")
  await failure(join(dir, "keys", "sealer.json"), "{", "E_CHAIN_KEY")
  await failure(join(dir, "keys", "gateway.json"), '{"address":"0x00","privateKey":"0x00"}', "E_CHAIN_KEY")
  await failure(
    join(dir, "keys", "sealer.json"),
    readFileSync(join(dir, "keys", "operator.json"), "utf8"),
    "E_CHAIN_GENESIS",
  )
  await open(dir)
  remove()
})

test("a damaged file is refused, not repaired", async () => {
  const { dir, remove } = closedChain()
  const change = (sql: string) => {
    const db = new DatabaseSync(join(dir, "chain.sqlite"))
    db.exec(sql)
    db.close()
  }
  const refused = () => expect(open(dir)).rejects.toMatchObject({ code: "E_CHAIN_CORRUPT" })
  change("UPDATE blocks SET hash = zeroblob(32) WHERE number = (SELECT max(number) FROM blocks)")
  await refused()
  change("DELETE FROM blocks WHERE number = (SELECT max(number) FROM blocks)")
  await open(dir)
  change("DELETE FROM nodes")
  await refused()
  change("PRAGMA user_version = 99")
  await refused()
  remove()
})
