import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ALICE, BOB, CHAIN_ID, openRpcBench, type RpcBench } from "./rpc-bench.ts"

// Contracts written by hand: no compiler between the test and the EVM.
const ECHO = "366000600037366000f3" // returns its input
const REVERT = "366000600037366000fd" // reverts with its input
const LOGGER = "36600060003760aa366000a100" // logs its input under topic 0xaa
const STORE = "600035600055" // stores its input in slot 0
const SPIN = "5b600056" // loops until the gas is gone
const answer = (opcode: string) => `${opcode}60005260206000f3`

let bench: RpcBench
let nonce = 0
beforeAll(async () => {
  bench = await openRpcBench()
})
afterAll(() => bench.close())

type Hex = `0x${string}`

/** Deploys `runtime` through the smallest constructor there is. */
async function deploy(runtime: string): Promise<Hex> {
  const size = (runtime.length / 2).toString(16).padStart(2, "0")
  const data: Hex = `0x60${size}600c60003960${size}6000f3${runtime}`
  const receipt = await bench.included(await bench.send(ALICE, { nonce: nonce++, data, gas: 200_000n }))
  return receipt.contractAddress as Hex
}

const send = async (to: Hex, data: Hex, gas = 100_000n) =>
  bench.included(await bench.send(ALICE, { nonce: nonce++, to, data, gas }))

const call = (to: Hex, data: Hex = "0x", block: unknown = "latest", extra: object = {}) =>
  bench.ask("eth_call", { to, data, ...extra }, block)

const word = (value: bigint | number) => `0x${value.toString(16).padStart(64, "0")}`

describe("eth_call", () => {
  test("returns what the contract returns", async () => {
    const echo = await deploy(ECHO)
    expect(await call(echo, "0x1234")).toBe("0x1234")
    expect(await bench.ask("eth_call", { to: echo, input: "0x5678" })).toBe("0x5678")
    expect(await call(BOB.address, "0x12")).toBe("0x")
  })

  test("a revert carries its bytes and, where it has one, its text", async () => {
    const revert = await deploy(REVERT)
    await expect(call(revert, "0xdeadbeef")).rejects.toMatchObject({
      ...{ code: 3, message: "execution reverted", data: "0xdeadbeef" },
    })
    const text = Buffer.from("no such device").toString("hex")
    const data: Hex = `0x08c379a0${word(32).slice(2)}${word(14).slice(2)}${text.padEnd(64, "0")}`
    await expect(call(revert, data)).rejects.toMatchObject({
      code: 3,
      message: "execution reverted: no such device",
      data,
    })
    // A length that lies is no text.
    const lie: Hex = `0x08c379a0${word(32).slice(2)}${word(2n ** 255n).slice(2)}${text.padEnd(64, "0")}`
    await expect(call(revert, lie)).rejects.toMatchObject({ code: 3, message: "execution reverted", data: lie })
  })

  test("other failures of the EVM are server errors", async () => {
    const invalid = await deploy("fe")
    await expect(call(invalid)).rejects.toMatchObject({ code: -32000, message: "invalid opcode" })
    const spin = await deploy(SPIN)
    await expect(call(spin, "0x", "latest", { gas: "0x186a0" })).rejects.toMatchObject({
      code: -32000,
      message: "out of gas",
    })
  })

  test("what cannot be paid for is refused", async () => {
    const poor = { from: `0x${"0d".repeat(20)}`, to: BOB.address }
    const refused = (fields: object) =>
      expect(bench.ask("eth_call", { ...poor, ...fields })).rejects.toMatchObject({ code: -32000 })
    await refused({ value: "0x1" })
    await refused({ gasPrice: "0x10" })
    await refused({ gas: "0x5207" })
    await refused({ gasPrice: "0x1", maxFeePerGas: "0x1" })
  })

  test("the block's values are those of the block asked about", async () => {
    const contracts = {
      number: await deploy(answer("43")),
      coinbase: await deploy(answer("41")),
      baseFee: await deploy(answer("48")),
      chain: await deploy(answer("46")),
      parent: await deploy(answer("6001430340")),
    }
    const block = (await bench.ask("eth_getBlockByNumber", "latest", false)) as Record<string, string>
    expect(BigInt((await call(contracts.number)) as string)).toBe(BigInt(block.number!))
    expect(await call(contracts.coinbase)).toBe(
      `0x${Buffer.from(bench.chain.sealers[0]!).toString("hex").padStart(64, "0")}`,
    )
    expect(await call(contracts.chain)).toBe(word(CHAIN_ID))
    expect(await call(contracts.parent)).toBe(block.parentHash)
    expect(await call(contracts.baseFee, "0x", "latest", { gasPrice: block.baseFeePerGas, from: ALICE.address })).toBe(
      word(BigInt(block.baseFeePerGas!)),
    )
  })

  test("old states stay readable", async () => {
    const store = await deploy(`${STORE}00`)
    const [first, second] = [await send(store, word(111) as Hex), await send(store, word(222) as Hex)]
    const at = (block: unknown) => bench.ask("eth_getStorageAt", store, "0x0", block)
    expect(await at(first.blockNumber)).toBe(word(111))
    expect(await at({ blockHash: first.blockHash })).toBe(word(111))
    expect(await at(second.blockNumber)).toBe(word(222))
    expect(await bench.ask("eth_getCode", store, "0x0")).toBe("0x")
    const nonces = await bench.ask("eth_getTransactionCount", ALICE.address, first.blockNumber)
    expect(Number(nonces)).toBe(nonce - 1)
  })
})

describe("eth_estimateGas", () => {
  const estimate = async (fields: object) =>
    Number(await bench.ask("eth_estimateGas", { from: ALICE.address, ...fields }))

  test("a plain transfer costs 21,000", async () => {
    expect(await estimate({ to: BOB.address, value: "0x1" })).toBe(21_000)
  })

  test("the estimate is enough, and little more than is used", async () => {
    const store = await deploy(`${STORE}00`)
    const gas = await estimate({ to: store, data: word(7) })
    const receipt = await send(store, word(7) as Hex, BigInt(gas))
    expect(receipt.status).toBe("0x1")
    expect(gas).toBeLessThan(Number(receipt.gasUsed) * 1.03)
  })

  test("a call that hands gas on needs more than it uses (EIP-150)", async () => {
    const store = await deploy(`${STORE}00`)
    // CALL(all gas, store, 0, input at 0, 32 bytes), then reverts if that failed
    const caller = await deploy(`6000356000526000600060206000600073${store.slice(2)}5af1602e57600080fd5b00`)
    const gas = await estimate({ to: caller, data: word(9) })
    const receipt = await send(caller, word(9) as Hex, BigInt(gas))
    expect(receipt.status).toBe("0x1")
    expect(gas).toBeGreaterThan(Number(receipt.gasUsed))
  })

  test("failures are told as eth_call tells them", async () => {
    const revert = await deploy(REVERT)
    await expect(estimate({ to: revert, data: "0xdeadbeef" })).rejects.toMatchObject({ code: 3, data: "0xdeadbeef" })
    const spin = await deploy(SPIN)
    await expect(estimate({ to: spin, gas: "0x186a0" })).rejects.toMatchObject({
      ...{ code: -32000, message: "gas required exceeds allowance (100000)" },
    })
  })
})

describe("receipts and logs", () => {
  test("a failed transaction is in the block all the same", async () => {
    const revert = await deploy(REVERT)
    expect(await send(revert, "0x12")).toMatchObject({ status: "0x0", logs: [], contractAddress: null })
  })

  test("logs are found by address, topic and block", async () => {
    const [one, two] = [await deploy(LOGGER), await deploy(LOGGER)]
    const receipts = [await send(one, "0x11"), await send(two, "0x22"), await send(one, "0x33")]
    const from = receipts[0]!.blockNumber
    const find = async (filter: object) => (await bench.ask("eth_getLogs", filter)) as { data: string }[]
    const datas = async (filter: object) => (await find({ fromBlock: from, ...filter })).map(({ data }) => data)
    expect(await datas({})).toEqual(["0x11", "0x22", "0x33"])
    expect(await datas({ address: one })).toEqual(["0x11", "0x33"])
    expect(await datas({ address: [one, two] })).toHaveLength(3)
    expect(await datas({ topics: [word(0xaa)] })).toHaveLength(3)
    expect(await datas({ topics: [[word(0xbb), word(0xaa)]] })).toHaveLength(3)
    expect(await datas({ topics: [word(0xbb)] })).toEqual([])
    expect(await datas({ topics: [null] })).toHaveLength(3)
    expect(await datas({ topics: [null, null] })).toEqual([])
    expect(await datas({ toBlock: from })).toEqual(["0x11"])
    const { blockHash } = receipts[1]!
    expect(await find({ blockHash })).toEqual(receipts[1]!.logs)
    expect(await find({ fromBlock: "0xfffff", toBlock: "0xffffff" })).toEqual([])
  })

  test("log indexes run through the block, not the transaction", async () => {
    const logger = await deploy(LOGGER)
    const late = await bench.send(ALICE, { nonce: nonce + 1, to: logger, data: "0x02" })
    await bench.send(ALICE, { nonce, to: logger, data: "0x01" })
    nonce += 2
    const receipt = await bench.included(late)
    expect(receipt).toMatchObject({ transactionIndex: "0x1", logs: [{ logIndex: "0x1", transactionIndex: "0x1" }] })
    const all = (await bench.ask("eth_getBlockReceipts", receipt.blockNumber)) as { cumulativeGasUsed: string }[]
    expect(all[1]).toEqual(receipt)
    expect(Number(all[1]!.cumulativeGasUsed)).toBeGreaterThan(Number(all[0]!.cumulativeGasUsed))
    const block = (await bench.ask("eth_getBlockByNumber", receipt.blockNumber, true)) as Record<string, unknown[]>
    expect(block.transactions).toHaveLength(2)
    expect(await bench.ask("eth_getTransactionByBlockNumberAndIndex", receipt.blockNumber, "0x1")).toEqual(
      block.transactions![1],
    )
  })
})

test("eth_feeHistory describes the last blocks", async () => {
  const history = (await bench.ask("eth_feeHistory", "0x3", "latest", [0, 50, 100])) as Record<string, unknown[]>
  expect(history.baseFeePerGas).toEqual(["0x7", "0x7", "0x7", "0x7"])
  expect(history.gasUsedRatio).toHaveLength(3)
  expect(history.reward).toEqual(Array(3).fill(["0x0", "0x0", "0x0"]))
  expect(await bench.ask("eth_feeHistory", 1, "latest", null)).not.toHaveProperty("reward")
})

test("raw headers and blocks hash to what they should", async () => {
  const block = (await bench.ask("eth_getBlockByNumber", "latest", false)) as { hash: string; size: string }
  const header = await bench.ask("debug_getRawHeader", "latest")
  expect(await bench.ask("web3_sha3", header)).toBe(block.hash)
  const raw = (await bench.ask("debug_getRawBlock", block.hash)) as string
  expect((raw.length - 2) / 2).toBe(Number(block.size))
  await expect(bench.ask("debug_getRawBlock", "0xffff")).rejects.toMatchObject({ code: -32000 })
})
