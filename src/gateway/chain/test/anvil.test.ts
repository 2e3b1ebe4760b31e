/** The same signed transactions given to our node and to Foundry's: the same answers, up to differences with names. */
import { join } from "node:path"
import { encodeFunctionData } from "viem"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import { anvil, without } from "../../../../test/peers/peers.ts"
import { anchorAbi, registryAbi } from "../abi.ts"
import { CODES, DIFFERENCES, differing, plainRevert } from "./anvil-differences.ts"
import { type Answer, type AnvilNode, startAnvil } from "./anvil-node.ts"
import { type ContractHistory, makeContractHistory } from "./contract-history.ts"

const skip = without(anvil)
const hex = (value: number | bigint) => `0x${value.toString(16)}` as const
const word = (value: number) => `0x${value.toString(16).padStart(64, "0")}`

interface Block {
  hash: string
  timestamp: string
  transactions: { hash: string }[]
}

describe.skipIf(skip)(`anvil${skip ? " (not installed: npm ci in test/peers)" : ""}`, () => {
  let ours: ContractHistory
  let theirs: AnvilNode
  let blocks: Block[]
  /** Block hashes differ because of the seal: both sides' read as the number. */
  const names = new Map<unknown, string>()
  const used = new Set<string>()

  beforeAll(async () => {
    await buildContracts({ quiet: true })
    ours = await makeContractHistory()
    theirs = await startAnvil(join(ours.dir, "genesis.json"), ours.node.chainId)
    const height = Number(await ours.ask("eth_blockNumber"))
    const numbers = Array.from({ length: height + 1 }, (_, number) => hex(number))
    blocks = (await Promise.all(numbers.map((at) => ours.ask("eth_getBlockByNumber", at, true)))) as Block[]
    await theirs.ask("anvil_setCoinbase", ours.node.sealers[0]) // who gets the tips
    for (const { timestamp, transactions } of blocks.slice(1)) {
      await theirs.ask("evm_setNextBlockTimestamp", timestamp)
      for (const { hash } of transactions) {
        const raw = await ours.ask("eth_getRawTransactionByHash", hash)
        expect(await theirs.ask("eth_sendRawTransaction", raw)).toMatchObject({ result: hash })
      }
      await theirs.ask("evm_mine")
    }
    for (const [number, { hash }] of blocks.entries()) {
      names.set(hash, `block ${number}`)
      const { result } = await theirs.ask("eth_getBlockByNumber", hex(number), false)
      names.set((result as Block).hash, `block ${number}`)
    }
  })
  afterAll(async () => {
    await theirs?.stop()
    await ours?.close()
  })

  const named = (value: unknown) => JSON.parse(JSON.stringify(value ?? null), (_, it) => names.get(it) ?? it)
  /** The header's miner is nobody's here; it is compared by the balance of whom the tips go to. */
  const withoutMiner = (value: unknown) => {
    if (typeof value === "object" && value !== null && "miner" in value) delete value.miner
    return value
  }

  async function both(method: string, params: readonly unknown[]): Promise<[Answer, Answer]> {
    const mine = (await ours.node.handleRpc({ jsonrpc: "2.0", id: 1, method, params })) as Answer
    return [mine, await theirs.ask(method, ...params)]
  }

  async function same(method: string, ...params: unknown[]) {
    const [mine, other] = await both(method, params)
    const error = other.error && { ...other.error, message: plainRevert(other.error.message) }
    expect(mine.error, `${method} ${JSON.stringify(params)}`).toEqual(error)
    for (const { path, ...values } of differing(withoutMiner(named(mine.result)), withoutMiner(named(other.result)))) {
      const known = DIFFERENCES.find(({ at }) => at.test(`${method} ${path}`))
      if (!known) expect.fail(`${method} ${JSON.stringify(params)} ${path}: ${JSON.stringify(values)}`)
      used.add(known.why)
    }
    return mine.result
  }

  test("blocks, their transactions and receipts", async () => {
    expect(blocks.length).toBeGreaterThan(15)
    for (const [number, { transactions }] of blocks.entries()) {
      for (const full of [false, true]) await same("eth_getBlockByNumber", hex(number), full)
      await same("eth_getBlockReceipts", hex(number))
      await same("eth_getBlockTransactionCountByNumber", hex(number))
      await same("eth_getUncleCountByBlockNumber", hex(number))
      for (const [place, { hash }] of transactions.entries()) {
        await same("eth_getTransactionByHash", hash)
        await same("eth_getTransactionByBlockNumberAndIndex", hex(number), hex(place))
        await same("eth_getTransactionReceipt", hash)
        await same("eth_getRawTransactionByHash", hash)
      }
    }
    const statuses = await Promise.all(
      blocks.flatMap((block) => block.transactions.map(({ hash }) => ours.ask("eth_getTransactionReceipt", hash))),
    )
    expect(statuses.filter((receipt) => (receipt as { status: string }).status === "0x0")).toHaveLength(2)
    for (const tag of ["latest", "earliest"]) await same("eth_getBlockByNumber", tag, false)
    await same("eth_getBlockByNumber", "0xffff", false)
    for (const method of ["ByHash", "Receipt"]) {
      await same(`eth_getTransaction${method}`, word(7))
    }
  })

  test("state after every block, with proofs of it", async () => {
    const { deployment, gateway, operator } = ours.contracts
    const contracts = [deployment.anchor, deployment.registry, deployment.verifier]
    const anchored = await ours.ask("eth_call", {
      ...{
        to: deployment.registry,
        data: encodeFunctionData({ abi: registryAbi, functionName: "deviceSlot", args: [ours.device.address] }),
      },
    })
    for (const number of blocks.keys()) {
      for (const who of [gateway, operator, ours.node.sealers[0], hex(0x77n << 152n), ...contracts]) {
        for (const what of ["Balance", "TransactionCount", "Code"]) await same(`eth_get${what}`, who, hex(number))
        await same("eth_getProof", who, [word(0), word(2), anchored], hex(number))
      }
      await same("eth_getStorageAt", deployment.registry, anchored, hex(number))
      await same("eth_getStorageAt", deployment.anchor, "0x0", hex(number))
    }
    await same("eth_getTransactionCount", gateway, "pending")
  })

  test("logs, by filter and by installed filter", async () => {
    const { deployment } = ours.contracts
    const all = { fromBlock: "0x0", toBlock: "latest" }
    const logs = (await same("eth_getLogs", all)) as { topics: string[] }[]
    expect(logs.length).toBeGreaterThan(8)
    const topics = logs.at(-1)!.topics
    for (const more of [
      { address: deployment.anchor },
      { address: [deployment.anchor, deployment.registry] },
      { topics },
      { topics: [null, topics[1]] },
      { topics: [[topics[0], word(1)]] },
      { topics: [word(1)] },
      { fromBlock: "0x5", toBlock: "0x8" },
    ]) {
      await same("eth_getLogs", { ...all, ...more })
      const [mine, other] = await both("eth_newFilter", [{ ...all, ...more }])
      const [found, sought] = [
        await ours.ask("eth_getFilterLogs", mine.result),
        await theirs.ask("eth_getFilterLogs", other.result),
      ]
      const fresh = [...differing(named(found), named(sought.result))].filter(({ path }) => path !== "*.blockTimestamp")
      expect(fresh).toEqual([])
    }
  })

  test("calls and reverts", async () => {
    const { deployment, gateway, operator } = ours.contracts
    const device = ours.device.address
    const [anchor, registry] = [deployment.anchor, deployment.registry]
    const calls = [
      { to: registry, data: encodeFunctionData({ abi: registryAbi, functionName: "devices", args: [device] }) },
      { to: registry, data: encodeFunctionData({ abi: registryAbi, functionName: "externalAad", args: [device] }) },
      { to: anchor, data: encodeFunctionData({ abi: anchorAbi, functionName: "anchors", args: [gateway, 2n] }) },
      {
        to: anchor,
        data: encodeFunctionData({
          abi: anchorAbi,
          functionName: "recordAnchor",
          args: [1n << 64n, `0x${"11".repeat(32)}`],
        }),
      },
      { to: registry, data: encodeFunctionData({ abi: registryAbi, functionName: "approve", args: [device, 1] }) },
      { to: registry, data: "0xdeadbeef" },
      { to: operator, value: "0x1" },
    ]
    for (const call of calls) {
      for (const from of [gateway, operator]) {
        for (const at of ["latest", hex(blocks.length >> 1), "0x4"]) await same("eth_call", { from, ...call }, at)
      }
    }
  })

  test("gas estimates, within Geth's margin of 1.5 %; access lists", async () => {
    const { deployment, gateway, operator } = ours.contracts
    const anchor = (epoch: bigint) =>
      encodeFunctionData({
        abi: anchorAbi,
        functionName: "recordAnchor",
        args: [(5n << 96n) | (3n << 64n) | epoch, `0x${"12".repeat(32)}`],
      })
    for (const call of [
      { from: gateway, to: operator, value: "0x1" },
      { from: gateway, to: deployment.anchor, data: anchor(9n) },
      {
        from: operator,
        to: deployment.anchor,
        data: encodeFunctionData({ abi: anchorAbi, functionName: "approveGateway", args: [operator] }),
      },
    ]) {
      const [mine, other] = (await both("eth_estimateGas", [call])).map(({ result }) => Number(result))
      expect(Math.abs(mine! - other!) / other!).toBeLessThan(0.015)
      const lists = await both("eth_createAccessList", [call])
      const sorted = ({ result }: Answer) => {
        const { accessList } = result as { accessList: { address: string; storageKeys: string[] }[] }
        return accessList.map(({ address, storageKeys }) => ({ address, storageKeys: storageKeys.sort() }))
      }
      expect(sorted(lists[0])).toEqual(sorted(lists[1]))
      expect(lists[0].result).toMatchObject({ gasUsed: (lists[1].result as { gasUsed: string }).gasUsed })
    }
    await same("eth_estimateGas", { from: gateway, to: deployment.anchor, data: anchor(5n) })
    await same("eth_estimateGas", { from: gateway, to: deployment.anchor, data: "0xdeadbeef" })
  })

  test("fees and constants", async () => {
    await same("eth_feeHistory", "0x5", "latest", [0, 50, 100])
    await same("eth_feeHistory", hex(blocks.length), "latest", [])
    await same("web3_sha3", "0x1234")
    const constants = ["eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_chainId", "net_version", "eth_syncing"]
    for (const method of [...constants, "eth_accounts", "eth_blockNumber", "net_listening", "web3_clientVersion"]) {
      await same(method)
    }
  })

  test("refusals, by code", async () => {
    const { gateway } = ours.contracts
    const refusals: [string, unknown[], string?][] = [
      ["no_such_method", []],
      ["eth_getBalance", []],
      ["eth_getBalance", ["0x12", "latest"]],
      ["eth_getBalance", [gateway, "newest"]],
      ["eth_getBalance", [gateway, "0xffff"], "a block that is not there yet"],
      ["eth_getBlockByHash", ["0x1234", false]],
      ["eth_sendRawTransaction", ["0x"], "a transaction that is no RLP"],
      ["eth_sendRawTransaction", ["0xdeadbeef"], "a transaction that is no RLP"],
      ["eth_sendRawTransaction", ["hello"]],
    ]
    for (const [method, params, difference] of refusals) {
      const codes = (await both(method, params)).map(({ error }) => error?.code)
      const { ours: mine, theirs: other } = CODES[difference ?? ""] ?? { ours: codes[0], theirs: codes[0] }
      expect(codes, `${method} ${JSON.stringify(params)}`).toEqual([mine, other])
      expect(codes[0]).toBeLessThan(0)
    }
  })

  test("every difference that has a name is there", () => {
    expect(DIFFERENCES.map(({ why }) => why).filter((why) => !used.has(why))).toEqual([])
  })
})
