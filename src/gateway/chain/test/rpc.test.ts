import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ALICE, CHAIN_ID, openRpcBench, type RpcBench } from "./rpc-bench.ts"

let bench: RpcBench
beforeAll(async () => {
  bench = await openRpcBench()
})
afterAll(() => bench.close())

const error = (code: number, message?: string | RegExp) =>
  expect.objectContaining({ code, ...(message && { message: expect.stringMatching(message) }) })

describe("JSON-RPC 2.0", () => {
  const handle = (body: unknown) => bench.server.handle(body)
  const request = (method: string, params: unknown = [], id: unknown = 1) => ({ jsonrpc: "2.0", id, method, params })

  test("a request is answered under its id", async () => {
    expect(await handle(request("eth_chainId", [], "seven"))).toEqual({ jsonrpc: "2.0", id: "seven", result: "0x1092" })
    expect(await handle({ jsonrpc: "2.0", id: 0, method: "net_version" })).toMatchObject({ id: 0, result: "4242" })
  })

  test("a batch is answered in order; notifications are not answered", async () => {
    const { id: _, ...notification } = request("eth_chainId")
    const answers = await handle([request("eth_chainId"), notification, request("nope", [], 2), 5])
    expect(answers).toEqual([
      { jsonrpc: "2.0", id: 1, result: "0x1092" },
      { jsonrpc: "2.0", id: 2, error: error(-32601, "the method nope does not exist") },
      { jsonrpc: "2.0", id: null, error: error(-32600) },
    ])
    expect(await handle(notification)).toBeUndefined()
    expect(await handle([notification])).toBeUndefined()
  })

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 3],
    ["an empty batch", []],
    ["no version", { id: 1, method: "eth_chainId" }],
    ["a number as method", request(1 as never)],
    ["an object as params", request("eth_chainId", {})],
    ["an object as id", request("eth_chainId", [], {})],
    ["a batch beyond all bounds", Array(1001).fill(request("eth_chainId"))],
  ])("%s is an invalid request", async (_, body) => {
    expect(await handle(body)).toMatchObject({ jsonrpc: "2.0", error: error(-32600) })
  })

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("%s is no method", async (method) => {
    expect(await handle(request(method))).toMatchObject({ error: error(-32601) })
  })
})

describe("parameters", () => {
  const A = ALICE.address
  test.each([
    ["eth_getBalance", []],
    ["eth_getBalance", [5]],
    ["eth_getBalance", ["0x12"]],
    ["eth_getBalance", [`${A.slice(0, -1)}g`]],
    ["eth_getBalance", [A, "newest"]],
    ["eth_getBalance", [A, "0x01"]],
    ["eth_getBalance", [A, 1]],
    ["eth_getBalance", [A, {}]],
    ["eth_getBalance", [A, { blockNumber: "0x0", blockHash: `0x${"00".repeat(32)}` }]],
    ["eth_getStorageAt", [A, "0x"]],
    ["eth_getStorageAt", [A, `0x${"00".repeat(33)}`]],
    ["eth_getBlockByNumber", ["latest", "yes"]],
    ["eth_getBlockByHash", ["0x1234", false]],
    ["eth_getTransactionByHash", [null]],
    ["eth_getTransactionReceipt", ["latest"]],
    ["eth_getProof", [A, "0x0", "latest"]],
    ["eth_getProof", [A, Array(65).fill("0x0"), "latest"]],
    ["eth_call", []],
    ["eth_call", ["0x"]],
    ["eth_call", [{ to: "0x1" }]],
    ["eth_call", [{ to: A, value: "10" }]],
    ["eth_call", [{ to: A, gas: "0x1ffffffffffffffff" }]],
    ["eth_call", [{ to: A, data: "0x123" }]],
    ["eth_call", [{ to: A }, "latest", { [A]: { balance: "0x1" } }]],
    ["eth_getLogs", []],
    ["eth_getLogs", [{ address: [A, "0x1"] }]],
    ["eth_getLogs", [{ topics: ["0x12"] }]],
    ["eth_getLogs", [{ topics: [[], [], [], [], []] }]],
    ["eth_getLogs", [{ fromBlock: "0x5", toBlock: "0x1" }]],
    ["eth_getLogs", [{ fromBlock: "0x5", blockHash: `0x${"00".repeat(32)}` }]],
    ["eth_feeHistory", ["0x1", "latest", [50, 10]]],
    ["eth_feeHistory", ["0x1", "latest", [101]]],
    ["eth_sendRawTransaction", ["hello"]],
    ["eth_sendRawTransaction", []],
  ])("%s %j is refused as such", async (method, params) => {
    await expect(bench.ask(method, ...params)).rejects.toEqual(error(-32602))
  })
})

describe("blocks", () => {
  test("tags, numbers, hashes and EIP-1898 objects name the same block", async () => {
    const block = (await bench.ask("eth_getBlockByNumber", "0x0", false)) as { hash: string }
    for (const tag of ["earliest", "latest", "safe", "finalized", "pending"]) {
      expect(await bench.ask("eth_getBlockByNumber", tag, false)).toEqual(block)
    }
    expect(await bench.ask("eth_getBlockByHash", block.hash, true)).toEqual(block)
    for (const by of [
      { blockNumber: "0x0" },
      { blockHash: block.hash },
      { blockHash: block.hash, requireCanonical: true },
    ]) {
      expect(BigInt((await bench.ask("eth_getBalance", ALICE.address, by)) as string)).toBe(10n ** 27n)
    }
  })

  test("what is not there is null, or an error where a state was asked for", async () => {
    const nowhere = `0x${"12".repeat(32)}`
    expect(await bench.ask("eth_getBlockByNumber", "0xffff", false)).toBeNull()
    expect(await bench.ask("eth_getBlockByNumber", "0xffffffffffffffff", false)).toBeNull()
    expect(await bench.ask("eth_getBlockByHash", nowhere, false)).toBeNull()
    expect(await bench.ask("eth_getTransactionByHash", nowhere)).toBeNull()
    expect(await bench.ask("eth_getTransactionReceipt", nowhere)).toBeNull()
    expect(await bench.ask("eth_getBlockReceipts", "0xffff")).toBeNull()
    await expect(bench.ask("eth_getBalance", ALICE.address, "0xffff")).rejects.toEqual(
      error(-32000, "header not found"),
    )
    await expect(bench.ask("eth_getLogs", { blockHash: nowhere })).rejects.toEqual(error(-32000, "unknown block"))
  })

  test("constants", async () => {
    expect(await bench.ask("eth_chainId")).toBe(`0x${CHAIN_ID.toString(16)}`)
    expect(await bench.ask("eth_syncing")).toBe(false)
    expect(await bench.ask("eth_accounts")).toEqual([])
    expect(await bench.ask("eth_gasPrice")).toBe("0x7")
    expect(await bench.ask("eth_maxPriorityFeePerGas")).toBe("0x0")
    expect(await bench.ask("web3_clientVersion")).toMatch(/^dormouse\/v/)
    expect(await bench.ask("web3_sha3", "0x")).toMatch(/^0xc5d2460186f7/)
  })
})
