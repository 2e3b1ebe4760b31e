import { privateKeyToAccount } from "viem/accounts"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ALICE, BOB, openRpcBench, type RpcBench } from "./rpc-bench.ts"

let bench: RpcBench
beforeAll(async () => {
  bench = await openRpcBench()
})
afterAll(() => bench.close())

const nonce = async (who = ALICE, tag = "pending") =>
  Number(await bench.ask("eth_getTransactionCount", who.address, tag))

describe("transactions that are refused", () => {
  const to = BOB.address
  const refused = async (raw: string, message: string | RegExp) =>
    expect(bench.ask("eth_sendRawTransaction", raw)).rejects.toMatchObject({
      code: -32000,
      message: expect.stringMatching(message),
    })

  test("not a transaction", async () => {
    await refused("0x", /rlp/)
    await refused("0xdeadbeef", /rlp/)
    await refused("0x03c0", /rlp/) // blobs are not of London
  })

  test("too large", () => refused(`0x02${"00".repeat(128 * 1024)}`, "oversized data"))

  test("of another chain", async () =>
    refused(await bench.sign(ALICE, { nonce: 0, to, chainId: 1 }), "invalid chain id"))

  test("without replay protection (EIP-155)", async () => {
    const raw = await ALICE.signTransaction({ type: "legacy", nonce: 0, to, gas: 21_000n, gasPrice: 10n })
    await refused(raw, "only replay-protected")
  })

  test("with too little gas, or too much", async () => {
    await refused(await bench.sign(ALICE, { nonce: 0, to, gas: 20_999n }), "intrinsic gas too low")
    await refused(await bench.sign(ALICE, { nonce: 0, to, gas: 30_000_001n }), "exceeds block gas limit")
  })

  test("without funds", async () => {
    const poor = privateKeyToAccount(`0x${"0d".repeat(32)}`)
    await refused(await bench.sign(poor, { nonce: 0, to }), "insufficient funds")
  })

  test("with a nonce of the past", async () => {
    await bench.included(await bench.send(ALICE, { nonce: await nonce(), to, value: 1n }))
    await refused(await bench.sign(ALICE, { nonce: 0, to, value: 2n }), "nonce too low: next nonce 1, tx nonce 0")
  })

  test("known already", async () => {
    const raw = await bench.sign(ALICE, { nonce: (await nonce()) + 5, to })
    await bench.ask("eth_sendRawTransaction", raw)
    await refused(raw, "already known")
  })
})

test("nonces wait for those before them, and then go in order", async () => {
  const first = await nonce(BOB)
  const late: `0x${string}`[] = []
  for (const offset of [3, 1, 2]) late.push(await bench.send(BOB, { nonce: first + offset, to: ALICE.address }))
  expect(await nonce(BOB)).toBe(first)
  expect(await bench.ask("eth_getTransactionByHash", late[0])).toMatchObject({ blockNumber: null, blockHash: null })
  const hash = await bench.send(BOB, { nonce: first, to: ALICE.address })
  const { blockNumber } = await bench.included(hash)
  const block = await bench.ask("eth_getBlockByNumber", blockNumber, false)
  expect(block).toMatchObject({ transactions: [hash, late[1], late[2], late[0]] })
  expect(await nonce(BOB, "latest")).toBe(first + 4)
})

test("a replacement pays a tenth more, for both fees", async () => {
  const gap = (await nonce(BOB)) + 1
  const offer = (maxFeePerGas: bigint, maxPriorityFeePerGas: bigint) =>
    bench.send(BOB, { nonce: gap, to: ALICE.address, maxFeePerGas, maxPriorityFeePerGas })
  await offer(1000n, 100n)
  await expect(offer(1099n, 110n)).rejects.toThrow("replacement transaction underpriced")
  await expect(offer(1100n, 109n)).rejects.toThrow("replacement transaction underpriced")
  const better = await offer(1100n, 110n)
  await bench.send(BOB, { nonce: gap - 1, to: ALICE.address })
  expect(await bench.included(better)).toMatchObject({ status: "0x1", effectiveGasPrice: "0x75" }) // 7 + 110
})

test("a fee below the base fee waits", async () => {
  const next = await nonce(BOB)
  const cheap = await bench.send(BOB, { nonce: next, to: ALICE.address, maxFeePerGas: 6n })
  await bench.included(await bench.send(ALICE, { nonce: await nonce(ALICE, "latest"), to: BOB.address }))
  expect(await bench.ask("eth_getTransactionReceipt", cheap)).toBeNull()
  const paid = await bench.send(BOB, { nonce: next, to: ALICE.address, maxFeePerGas: 100n })
  await bench.included(paid)
  expect(await bench.ask("eth_getTransactionByHash", cheap)).toBeNull()
})

test("what does not fit in a block comes in the next", async () => {
  const first = await nonce(BOB)
  const hashes: `0x${string}`[] = []
  // Three transactions that claim 12 million gas each: two fit under 30 million.
  for (let offset = 2; offset >= 0; offset--) {
    hashes.unshift(await bench.send(BOB, { nonce: first + offset, to: ALICE.address, gas: 12_000_000n }))
  }
  const blocks = await Promise.all(hashes.map(async (hash) => Number((await bench.included(hash)).blockNumber)))
  expect(blocks[0]).toBe(blocks[1]! - 0)
  expect(blocks[2]).toBeGreaterThanOrEqual(blocks[1]!)
})

test("legacy and access-list transactions are sealed too", async () => {
  const common = { to: BOB.address, gas: 50_000n, gasPrice: 20n, chainId: 4242 }
  const accessList = [{ address: BOB.address, storageKeys: [`0x${"01".repeat(32)}` as const] }]
  const next = await nonce(ALICE, "latest")
  const raws = [
    await ALICE.signTransaction({ type: "legacy", nonce: next, ...common }),
    await ALICE.signTransaction({ type: "eip2930", nonce: next + 1, accessList, ...common }),
  ]
  for (const [type, raw] of raws.entries()) {
    const hash = (await bench.ask("eth_sendRawTransaction", raw)) as `0x${string}`
    expect(await bench.included(hash)).toMatchObject({ type: `0x${type}`, status: "0x1", effectiveGasPrice: "0x14" })
    expect(await bench.ask("eth_getTransactionByHash", hash)).toMatchObject({
      ...{ hash, type: `0x${type}`, gasPrice: "0x14", from: ALICE.address.toLowerCase() },
    })
  }
})

test("pool.size is bounded for one sender", async () => {
  const start = (await nonce(ALICE, "latest")) + 100
  const raws = await Promise.all(
    Array.from({ length: 1024 }, (_, index) => bench.sign(ALICE, { nonce: start + index, to: BOB.address })),
  )
  let failure = ""
  for (const raw of raws)
    await bench.ask("eth_sendRawTransaction", raw).catch((error: Error) => (failure = error.message))
  expect(failure).toBe("txpool is full")
}, 60_000)
