/** viem over HTTP and WebSocket, as an application would use it: what the gateway itself does not use of it. */
import { createPublicClient, createWalletClient, defineChain, http, webSocket } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { afterAll, beforeAll, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import { anchorAbi } from "../abi.ts"
import { type Contracts, type EmbeddedChain, loadOrCreateKey, openContracts, startEmbeddedChain } from "../index.ts"
import { serveChain } from "./served.ts"
import { stoppedClock, temporaryDirectory } from "./support.ts"

const directory = temporaryDirectory()
const root = `0x${"07".repeat(32)}` as const
let node: EmbeddedChain
let contracts: Contracts
let served: Awaited<ReturnType<typeof serveChain>>

beforeAll(async () => {
  await buildContracts({ quiet: true })
  node = await startEmbeddedChain({ dir: directory.path, clock: stoppedClock() })
  contracts = await openContracts({ node, dir: directory.path })
  served = await serveChain(node)
})
afterAll(async () => {
  served.close()
  await node.close()
  directory.remove()
})

function clients() {
  const chain = defineChain({
    ...{ id: node.chainId, name: "Dormouse", nativeCurrency: { name: "none", symbol: "NONE", decimals: 18 } },
    rpcUrls: { default: { http: [served.http] } },
  })
  const account = privateKeyToAccount(loadOrCreateKey(directory.path, "gateway").privateKey)
  const options = { chain, account, transport: http(undefined, { batch: true }), pollingInterval: 20 }
  return { reader: createPublicClient(options), writer: createWalletClient(options), account }
}

const position = (epoch: bigint, previous: bigint) => (previous << 96n) | (3n << 64n) | epoch
const record = (epoch: bigint, previous: bigint) => {
  const address = contracts.deployment.anchor
  return { address, abi: anchorAbi, functionName: "recordAnchor", args: [position(epoch, previous), root] } as const
}

test("simulates, writes, waits; a revert has its name", async () => {
  const { reader, writer } = clients()
  const { request } = await reader.simulateContract({ ...record(1n, 0n), account: writer.account })
  const receipt = await reader.waitForTransactionReceipt({ hash: await writer.writeContract(request) })
  expect(receipt).toMatchObject({ status: "success", type: "eip1559" })
  const again = reader.simulateContract({ ...record(1n, 0n), account: writer.account })
  await expect(again).rejects.toMatchObject({ cause: { data: { errorName: "AlreadyAnchored" } } })
})

test("sends transactions of every type with its own defaults", async () => {
  const { reader, writer } = clients()
  const to = `0x${"77".repeat(20)}` as const
  for (const type of ["legacy", "eip2930", "eip1559"] as const) {
    const hash = await writer.sendTransaction({ to, value: 5n, type } as never)
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ status: "success", type })
    expect(await reader.getTransaction({ hash })).toMatchObject({ type, value: 5n })
  }
  expect(await reader.getBalance({ address: to })).toBe(15n)
  const list = await reader.createAccessList({
    account: writer.account,
    to: contracts.deployment.anchor,
    data: "0xffa1ad74",
  })
  expect(list.gasUsed).toBeGreaterThan(21_000n)
})

test("watches an event and blocks by filter and by subscription", async () => {
  const { reader, writer, account } = clients()
  const socket = createPublicClient({ transport: webSocket(served.ws) })
  const seen = { filter: [] as unknown[], subscription: [] as unknown[], blocks: [] as unknown[] }
  const { address } = record(0n, 0n)
  const watched = { address, abi: anchorAbi, eventName: "Anchored", args: { gateway: account.address } } as const
  const stops = [
    reader.watchContractEvent({
      ...watched,
      onLogs: (logs) => seen.filter.push(...logs.map(({ args }) => args.epoch)),
    }),
    socket.watchContractEvent({
      ...watched,
      onLogs: (logs) => seen.subscription.push(...logs.map(({ args }) => args.epoch)),
    }),
    socket.watchBlocks({ onBlock: ({ number }) => seen.blocks.push(number) }),
  ]
  await socket.getBlockNumber() // the subscriptions were sent before this
  await new Promise((resolve) => setTimeout(resolve, 200)) // the filter has no such sign
  const hash = await writer.writeContract(record(2n, 1n))
  const { blockNumber } = await reader.waitForTransactionReceipt({ hash })
  await expect.poll(() => seen).toEqual({ filter: [2n], subscription: [2n], blocks: [blockNumber] })
  for (const stop of stops) stop()
  ;(await socket.transport.getRpcClient()).close()
})
