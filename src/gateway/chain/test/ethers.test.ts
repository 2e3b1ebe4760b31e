/** ethers 6 against our node, over HTTP and WebSocket. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import type { Contract, Ethers, Provider, Wallet } from "../../../../test/peers/ethers.ts"
import { hasEthers, loadEthers, without } from "../../../../test/peers/peers.ts"
import { readArtifact } from "../artifacts.ts"
import { type EmbeddedChain, loadOrCreateKey, startEmbeddedChain } from "../index.ts"
import { serveChain } from "./served.ts"
import { stoppedClock, temporaryDirectory } from "./support.ts"

const skip = without(hasEthers)
const root = `0x${"07".repeat(32)}`
const position = (epoch: bigint, previous: bigint) => (previous << 96n) | (3n << 64n) | epoch

describe.skipIf(skip)(`ethers${skip ? " (not installed: npm ci in test/peers)" : ""}`, () => {
  const directory = temporaryDirectory()
  let node: EmbeddedChain
  let served: Awaited<ReturnType<typeof serveChain>>
  let ethers: Ethers
  let provider: Provider
  let wallet: Wallet
  let anchor: Contract

  beforeAll(async () => {
    await buildContracts({ quiet: true })
    node = await startEmbeddedChain({ dir: directory.path, clock: stoppedClock() })
    served = await serveChain(node)
    ethers = await loadEthers()
    provider = new ethers.JsonRpcProvider(served.http, undefined, { cacheTimeout: -1, pollingInterval: 20 })
    wallet = new ethers.Wallet(loadOrCreateKey(directory.path, "operator").privateKey, provider)
    const { abi, bytecode } = readArtifact("ReadingAnchor")
    const factory = new ethers.ContractFactory(abi, bytecode, wallet)
    anchor = await (await factory.deploy(wallet.address, `0x${"11".repeat(20)}`)).waitForDeployment()
    await (await anchor.getFunction("approveGateway").send(wallet.address)).wait()
  })
  afterAll(async () => {
    provider?.destroy()
    served?.close()
    await node?.close()
    directory.remove()
  })

  test("deploys, calls, estimates, sends and waits", async () => {
    expect((await provider.getNetwork()).chainId).toBe(BigInt(node.chainId))
    expect(await anchor.getFunction("isGateway")(wallet.address)).toBe(true)
    const record = anchor.getFunction("recordAnchor")
    const gas = await record.estimateGas(position(1n, 0n), root)
    const sent = await record.send(position(1n, 0n), root)
    const receipt = await sent.wait()
    expect(sent.type).toBe(2)
    expect(receipt.status).toBe(1)
    expect(receipt.gasUsed).toBeLessThanOrEqual(gas)
    expect(receipt.logs[0]!.fragment?.name).toBe("Anchored")
    expect(await provider.getTransaction(sent.hash)).toMatchObject({ from: wallet.address, type: 2 })
    expect(await provider.getTransactionReceipt(sent.hash)).toMatchObject({ blockNumber: receipt.blockNumber })
    expect(await provider.getCode(await anchor.getAddress())).toMatch(/^0x60/)
  })

  test("tells a revert by its name", async () => {
    await expect(anchor.getFunction("recordAnchor").staticCall(position(1n, 0n), root)).rejects.toMatchObject({
      code: "CALL_EXCEPTION",
      revert: { name: "AlreadyAnchored" },
    })
    await expect(anchor.getFunction("recordAnchor").estimateGas(0n, root)).rejects.toMatchObject({
      code: "CALL_EXCEPTION",
    })
  })

  test("sends transactions of every type, and value", async () => {
    const to = `0x${"77".repeat(20)}`
    for (const type of [0, 1, 2]) await (await wallet.sendTransaction({ to, value: 5n, type })).wait()
    expect(await provider.getBalance(to)).toBe(15n)
    expect(await provider.getBalance(to, 0)).toBe(0n)
    await expect(wallet.sendTransaction({ to, nonce: 0 })).rejects.toMatchObject({ code: "NONCE_EXPIRED" })
    await expect(wallet.sendTransaction({ to, value: 10n ** 30n })).rejects.toMatchObject({
      code: "INSUFFICIENT_FUNDS",
    })
  })

  test("reads fees, blocks, logs and proofs, in batches", async () => {
    const address = await anchor.getAddress()
    const [fees, block, logs, events, slot, proof] = await Promise.all([
      provider.getFeeData(),
      provider.getBlock("latest", true),
      provider.getLogs({ address, fromBlock: 0 }),
      anchor.queryFilter("Anchored", 0),
      provider.getStorage(address, 0),
      provider.send("eth_getProof", [address, ["0x0"], "latest"]),
    ])
    expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(block.baseFeePerGas)
    expect(fees.gasPrice).toBe(7n)
    expect(logs.length).toBeGreaterThanOrEqual(events.length)
    expect([...events[0]!.args]).toEqual([wallet.address, 1n, position(1n, 0n), root])
    const { storageProof } = proof as { storageProof: { value: string }[] }
    expect(BigInt(storageProof[0]!.value)).toBe(BigInt(slot))
  })

  test("hears of blocks and events, by asking and over WebSocket", async () => {
    const socket = new ethers.WebSocketProvider(served.ws)
    const { abi } = readArtifact("ReadingAnchor")
    const listening = new ethers.Contract(await anchor.getAddress(), abi, socket)
    const [polled, told, blocks]: [bigint[], bigint[], number[]] = [[], [], []]
    await anchor.on("Anchored", (_gateway: string, epoch: bigint) => void polled.push(epoch))
    await listening.on("Anchored", (_gateway: string, epoch: bigint) => void told.push(epoch))
    await socket.on("block", (number: number) => void blocks.push(number))
    await socket.getBlockNumber() // the subscriptions were sent before this
    const receipt = await (await anchor.getFunction("recordAnchor").send(position(2n, 1n), root)).wait()
    await expect.poll(() => [told, blocks, polled], { timeout: 10_000 }).toEqual([[2n], [receipt.blockNumber], [2n]])
    socket.destroy()
  })
})
