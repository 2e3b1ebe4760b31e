import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { exportChain } from "../index.ts"
import { GETH_VERSION, type GethNode, hasGeth, runGeth, startGeth } from "./geth-node.ts"
import { type Contracts, makeHistory } from "./history.ts"
import { ALICE, BOB, openRpcBench, type RpcBench } from "./rpc-bench.ts"
import { temporaryDirectory } from "./support.ts"

const skip = !hasGeth() && process.env.DORMOUSE_REQUIRE_TOOLS !== "1"

describe.skipIf(skip)(`Geth ${GETH_VERSION}${skip ? " (not on this machine)" : ""}`, () => {
  const directory = temporaryDirectory()
  let bench: RpcBench
  let geth: GethNode
  let contracts: Contracts
  let hashes: string[]
  let height: number

  beforeAll(async () => {
    bench = await openRpcBench(Date.now() - 60_000) // Geth refuses blocks of the future
    ;({ contracts, hashes } = await makeHistory(bench))
    const file = join(directory.path, "chain.rlp")
    height = exportChain({ dir: bench.dir, file }).height
    const data = ["--datadir", join(directory.path, "geth")]
    runGeth(...data, "init", join(bench.dir, "genesis.json"))
    runGeth(...data, "--gcmode", "archive", "import", file)
    geth = await startGeth(data[1]!)
  }, 120_000)
  afterAll(async () => {
    await geth?.stop()
    await bench?.close()
    directory.remove()
  })

  /** Both nodes, asked the same. */
  async function same(method: string, ...params: unknown[]) {
    const ours = await bench.server.handle({ jsonrpc: "2.0", id: 1, method, params })
    const theirs = await geth.ask(method, ...params)
    const { result, error } = ours as Awaited<ReturnType<GethNode["ask"]>>
    const what = `${method} ${JSON.stringify(params)}`
    expect(result, what).toEqual(theirs.result)
    expect(error, what).toEqual(theirs.error)
    return result
  }

  const numbers = () => Array.from({ length: height + 1 }, (_, number) => `0x${number.toString(16)}`)

  test("imports our chain: the same head", async () => {
    expect(height).toBeGreaterThan(15)
    await same("eth_blockNumber")
    await same("eth_getBlockByNumber", "latest", true)
  })

  test("tells the same of every block", async () => {
    for (const number of numbers()) {
      const block = (await same("eth_getBlockByNumber", number, true)) as { hash: string }
      await same("eth_getBlockByHash", block.hash, false)
      await same("eth_getBlockReceipts", number)
      await same("eth_getBlockTransactionCountByNumber", number)
      await same("eth_getBlockTransactionCountByHash", block.hash)
      await same("eth_getUncleCountByBlockNumber", number)
      await same("eth_getTransactionByBlockNumberAndIndex", number, "0x0")
      await same("eth_getRawTransactionByBlockNumberAndIndex", number, "0x0")
      await same("eth_getRawTransactionByBlockHashAndIndex", block.hash, "0x1")
      await same("debug_getRawHeader", number)
      await same("debug_getRawBlock", number)
    }
    await same("eth_getBlockByNumber", "0xffff", false)
    await same("eth_getBlockByHash", `0x${"11".repeat(32)}`, false)
  })

  test("tells the same of every transaction", async () => {
    for (const hash of [...hashes, `0x${"22".repeat(32)}`]) {
      await same("eth_getTransactionByHash", hash)
      await same("eth_getTransactionReceipt", hash)
      await same("eth_getRawTransactionByHash", hash)
    }
  })

  test("has the same state after every block, with the same proofs", async () => {
    const sealer = `0x${Buffer.from(bench.chain.sealers[0]!).toString("hex")}`
    for (const number of numbers()) {
      for (const who of [ALICE.address, BOB.address, sealer, ...Object.values(contracts), `0x${"33".repeat(20)}`]) {
        await same("eth_getBalance", who, number)
        await same("eth_getTransactionCount", who, number)
        await same("eth_getCode", who, number)
        await same("eth_getProof", who, ["0x0", `0x${"00".repeat(31)}01`], number)
      }
      await same("eth_getStorageAt", contracts.store, "0x0", number)
    }
    await same("eth_getBalance", ALICE.address, "0xffff")
  })

  test("finds the same logs", async () => {
    const topic = `0x${"aa".padStart(64, "0")}`
    const range = { fromBlock: "0x0", toBlock: "latest" }
    for (const filter of [
      range,
      {},
      { ...range, address: contracts.logger },
      { ...range, address: [contracts.logger, contracts.store] },
      { ...range, topics: [topic] },
      { ...range, topics: [[topic, `0x${"00".repeat(32)}`]] },
      { ...range, topics: [null] },
      { ...range, topics: [null, null] },
      { ...range, topics: [`0x${"00".repeat(32)}`] },
    ]) {
      await same("eth_getLogs", filter)
    }
  })

  test("answers calls alike", async () => {
    const from = ALICE.address
    for (const block of ["latest", "0x5", `0x${height.toString(16)}`]) {
      await same("eth_call", { from, to: contracts.echo, data: "0x1234" }, block)
      await same("eth_call", { from, to: contracts.context }, block)
      await same("eth_call", { from, to: contracts.revert, data: "0xdeadbeef" }, block)
      await same("eth_call", { from, to: BOB.address, value: "0x1" }, block)
    }
    const text = Buffer.from("no such device").toString("hex").padEnd(64, "0")
    const data = `0x08c379a0${"20".padStart(64, "0")}${"0e".padStart(64, "0")}${text}`
    await same("eth_call", { from, to: contracts.revert, data }, "latest")
    await same("eth_call", { from, data: "0x6001600c60003960016000f300" }, "latest")
  })

  test("estimates the same gas", async () => {
    const from = ALICE.address
    for (const transaction of [
      { from, to: BOB.address, value: "0x1" },
      { from, to: contracts.echo, data: "0x1234" },
      { from, to: contracts.logger, data: "0x1234" },
      { from, to: contracts.store, data: `0x${"07".padStart(64, "0")}` },
      { from, to: contracts.clear },
      { from, to: contracts.revert, data: "0xdeadbeef" },
      { from, data: "0x6001600c60003960016000f300" },
    ]) {
      await same("eth_estimateGas", transaction)
    }
  })

  test("has the same fees", async () => {
    await same("eth_feeHistory", "0x5", "latest", [0, 25, 50, 100])
    await same("eth_feeHistory", "0x400", "latest", [])
    await same("eth_chainId")
    await same("net_version")
    await same("web3_sha3", "0x1234")
    await same("eth_syncing")
    await same("eth_accounts")
  })

  // One difference has a name: a storage key that is too long is a wrong parameter (-32602) here, a server error there.
  test("refuses alike, by code", async () => {
    const A = ALICE.address
    const refusals: [string, unknown[]][] = [
      ["no_such_method", []],
      ["eth_getBalance", []],
      ["eth_getBalance", ["0x12"]],
      ["eth_getBalance", [A, "newest"]],
      ["eth_getBlockByNumber", ["latest", "yes"]],
      ["eth_getBlockByHash", ["0x1234", false]],
      ["eth_call", [{ to: "0x1" }, "latest"]],
      ["eth_call", [{ to: A, data: "0x12", input: "0x34" }, "latest"]],
      ["eth_getLogs", [{ topics: ["0x12"] }]],
      ["eth_getLogs", [{ blockHash: `0x${"44".repeat(32)}` }]],
      ["eth_sendRawTransaction", ["0x"]],
      ["eth_sendRawTransaction", ["0xdeadbeef"]],
      ["eth_getFilterChanges", ["0x1234"]],
    ]
    for (const [method, params] of refusals) {
      const ours = await bench.server.handle({ jsonrpc: "2.0", id: 1, method, params })
      const { error } = await geth.ask(method, ...params)
      expect((ours as { error?: { code: number } }).error?.code, `${method}: ${error?.message}`).toBe(error?.code)
    }
  })
})
