/** Foundry's `cast` against our node, as an operator would use it in a shell. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import { cast, without } from "../../../../test/peers/peers.ts"
import { type Contracts, type EmbeddedChain, loadOrCreateKey, openContracts, startEmbeddedChain } from "../index.ts"
import { serveChain } from "./served.ts"
import { stoppedClock, temporaryDirectory } from "./support.ts"

const skip = without(cast)
const root = `0x${"07".repeat(32)}`

describe.skipIf(skip)(`cast${skip ? " (not installed: npm ci in test/peers)" : ""}`, () => {
  const directory = temporaryDirectory()
  let node: EmbeddedChain
  let contracts: Contracts
  let served: Awaited<ReturnType<typeof serveChain>>
  let key: string

  beforeAll(async () => {
    await buildContracts({ quiet: true })
    node = await startEmbeddedChain({ dir: directory.path, clock: stoppedClock() })
    contracts = await openContracts({ node, dir: directory.path })
    served = await serveChain(node)
    key = loadOrCreateKey(directory.path, "gateway").privateKey
  })
  afterAll(async () => {
    served?.close()
    await node?.close()
    directory.remove()
  })

  const run = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(cast!, [...args, "--rpc-url", served.http], { timeout: 20_000 })
    return stdout.trim()
  }
  const position = String((3n << 64n) | 1n)

  test("chain-id, block, balance, nonce, code, gas-price", async () => {
    expect(await run("chain-id")).toBe(String(node.chainId))
    const block = JSON.parse(await run("block", "latest", "--json"))
    expect(block).toMatchObject(JSON.parse(await run("rpc", "eth_getBlockByNumber", "latest", "false")))
    expect(BigInt(await run("balance", contracts.gateway))).toBeGreaterThan(10n ** 26n)
    expect(await run("nonce", contracts.operator)).toBe("4")
    expect(await run("code", contracts.deployment.anchor)).toMatch(/^0x60/)
    expect(await run("gas-price")).toBe("7")
  })

  test("send, receipt, tx, call, logs, estimate, proof, storage, access-list", async () => {
    const { anchor } = contracts.deployment
    const record = [anchor, "recordAnchor(uint256,bytes32)", position, root]
    expect(Number(await run("estimate", "--from", contracts.gateway, ...record))).toBeGreaterThan(40_000)
    expect((await run("access-list", "--from", contracts.gateway, ...record)).toLowerCase()).toContain(anchor)
    const receipt = JSON.parse(await run("send", "--private-key", key, "--json", ...record))
    expect(receipt).toMatchObject({ status: "0x1", to: anchor })
    expect(JSON.parse(await run("receipt", receipt.transactionHash, "--json"))).toMatchObject({ logs: receipt.logs })
    expect(JSON.parse(await run("tx", receipt.transactionHash, "--json"))).toMatchObject({ type: "0x2" })
    const call = ["anchors(address,uint64)(bytes32)", contracts.gateway, "1"]
    const link = await run("call", anchor, ...call)
    expect(link).toMatch(/^0x[0-9a-f]{64}$/)
    const logs = JSON.parse(await run("logs", "--from-block", "0", "--address", anchor, "--json"))
    expect(logs.at(-1)).toMatchObject({ transactionHash: receipt.transactionHash })
    const proof = JSON.parse(await run("proof", anchor, "0x00"))
    expect(proof.storageProof[0]).toMatchObject({ value: expect.stringMatching(/^0x/) })
    expect(BigInt(await run("storage", anchor, "0"))).toBe(BigInt(proof.storageProof[0].value))
    expect(BigInt(await run("call", anchor, ...call, "--block", "1"))).toBe(0n)
  })

  test("a legacy transaction, and a refusal", async () => {
    const { anchor } = contracts.deployment
    const to = `0x${"77".repeat(20)}`
    const plain = JSON.parse(await run("send", "--private-key", key, "--legacy", "--json", to, "--value", "5"))
    expect(plain).toMatchObject({ status: "0x1", type: "0x0" })
    const again = ["send", "--private-key", key, anchor, "recordAnchor(uint256,bytes32)", position, root]
    await expect(run(...again)).rejects.toMatchObject({ stderr: expect.stringContaining("execution reverted") })
  })
})
