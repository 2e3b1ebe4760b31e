import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { createPublicClient, http } from "viem"
import { afterAll, beforeAll, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import { connectNetwork, type EmbeddedChain, openContracts, startEmbeddedChain } from "../index.ts"
import { stoppedClock, temporaryDirectory } from "./support.ts"

const directory = temporaryDirectory()
let node: EmbeddedChain
let server: Server
let url: string

beforeAll(async () => {
  await buildContracts({ quiet: true })
  node = await startEmbeddedChain({ dir: directory.path, clock: stoppedClock() })
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.url === "/broken") return response.writeHead(502).end("<html>")
    response.end(JSON.stringify(await node.handleRpc(JSON.parse(Buffer.concat(chunks).toString()))))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await node.close()
  directory.remove()
})

test("the same contracts, the same code, over HTTP", async () => {
  const network = await connectNetwork({ url, chainId: node.chainId })
  expect(network.genesisHash).toBe(node.genesisHash)
  const { anchors, proofs, gateway, deployment } = await openContracts({ node: network, dir: directory.path })
  const root = new Uint8Array(32).fill(7)
  const included = await anchors.submit({ epoch: 1, previousEpoch: 0, root, count: 1 })
  const local = await openContracts({ node, dir: directory.path })
  expect(local.deployment).toEqual(deployment)
  expect(await local.anchors.submit({ epoch: 1, previousEpoch: 0, root, count: 1 })).toEqual(included)
  const proof = (it: typeof proofs) => it.forAnchor(gateway, 1, gateway, included.blockNumber)
  expect(await proof(proofs)).toEqual(await proof(local.proofs))
})

test("viem drives it, in batches too", async () => {
  const client = createPublicClient({ transport: http(url, { batch: true }) })
  const [chainId, block, history] = await Promise.all([
    client.getChainId(),
    client.getBlock(),
    client.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] }),
  ])
  expect(chainId).toBe(node.chainId)
  expect(block.hash).toMatch(/^0x/)
  expect(history.baseFeePerGas).toHaveLength(3)
})

test("a node that is not there, or of another chain, has a name", async () => {
  await expect(connectNetwork({ url: "http://127.0.0.1:1" })).rejects.toMatchObject({ code: "E_CHAIN_UNREACHABLE" })
  await expect(connectNetwork({ url: `${url}/broken` })).rejects.toMatchObject({ code: "E_CHAIN_UNREACHABLE" })
  await expect(connectNetwork({ url, chainId: 1 })).rejects.toMatchObject({ code: "E_CHAIN_WRONG_CHAIN" })
})

test("a session is told across the thread's border, until it closes", async () => {
  const notices: object[] = []
  const session = node.connect((message) => void notices.push(message))
  const blocks: number[] = []
  const unlisten = node.onBlock((number) => void blocks.push(number))
  const answer = await session.handleRpc({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] })
  expect(answer).toMatchObject({ result: "0x1" })
  const { anchors } = await openContracts({ node, dir: directory.path })
  const root = new Uint8Array(32).fill(7)
  const first = await anchors.submit({ epoch: 50, previousEpoch: 1, root, count: 1 })
  expect(notices).toMatchObject([{ params: { subscription: "0x1", result: { hash: first.blockHash } } }])
  expect(blocks).toEqual([first.blockNumber])
  session.close()
  unlisten()
  await anchors.submit({ epoch: 51, previousEpoch: 50, root, count: 1 })
  expect(notices).toHaveLength(1)
  expect(blocks).toHaveLength(1)
})
