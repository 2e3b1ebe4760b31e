import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { createPublicClient, webSocket } from "viem"
import { afterAll, beforeAll, expect, test } from "vitest"
import { WebSocket as Client } from "ws"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import { type Contracts, type EmbeddedChain, openContracts, startEmbeddedChain } from "../index.ts"
import { serveWebSocket } from "../websocket.ts"
import { stoppedClock, temporaryDirectory } from "./support.ts"

const directory = temporaryDirectory()
const root = new Uint8Array(32).fill(7)
let node: EmbeddedChain
let contracts: Contracts
let server: Server
let service: ReturnType<typeof serveWebSocket>
let url: string
let epoch = 0

beforeAll(async () => {
  await buildContracts({ quiet: true })
  node = await startEmbeddedChain({ dir: directory.path, clock: stoppedClock() })
  contracts = await openContracts({ node, dir: directory.path })
  server = createServer()
  service = serveWebSocket(server, node, {
    ...{ path: "/rpc", origins: ["http://dashboard.local"], maxConnections: 3 },
    allow: ({ url: asked }) => !asked?.includes("token=wrong"),
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/rpc`
})
afterAll(async () => {
  service.close()
  server.close()
  await node.close()
  directory.remove()
})

const anchor = () => {
  epoch += 1
  return contracts.anchors.submit({ epoch, previousEpoch: epoch - 1, root, count: 1 })
}

/** The next message, or why there is none. */
function next(client: WebSocket): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    client.addEventListener("message", ({ data }) => resolve(JSON.parse(data)), { once: true })
    client.addEventListener("close", ({ code }) => reject(new Error(`closed ${code}`)), { once: true })
  })
}

async function open(address = url): Promise<WebSocket> {
  const client = new WebSocket(address)
  await new Promise((resolve, reject) => {
    client.addEventListener("open", resolve, { once: true })
    client.addEventListener("error", () => reject(new Error("refused")), { once: true })
  })
  return client
}

const closed = (client: WebSocket) =>
  new Promise((resolve) => client.addEventListener("close", resolve, { once: true }))

test("viem asks and watches blocks over one connection", async () => {
  const client = createPublicClient({ transport: webSocket(url) })
  const seen: bigint[] = []
  const stop = client.watchBlockNumber({ onBlockNumber: (number) => void seen.push(number) })
  expect(await client.getChainId()).toBe(node.chainId)
  await client.getBlockNumber() // the subscription was sent before this, so it is in place
  const { blockNumber } = await anchor()
  await expect.poll(() => seen).toEqual([BigInt(blockNumber)])
  stop()
  const rpc = await client.transport.getRpcClient()
  rpc.close()
})

test("what is not JSON is answered, what is too long ends the connection", async () => {
  const client = await open()
  client.send("{")
  expect(await next(client)).toMatchObject({ id: null, error: { code: -32700 } })
  client.send(
    JSON.stringify([
      { jsonrpc: "2.0", id: 1, method: "eth_chainId" },
      { jsonrpc: "2.0", method: "eth_chainId" },
    ]),
  )
  expect(await next(client)).toEqual([{ jsonrpc: "2.0", id: 1, result: "0x52739" }])
  client.send("x".repeat(2 ** 20 + 1))
  await expect(next(client)).rejects.toThrow("closed")
})

test("a flood of requests is answered in full", async () => {
  const client = await open()
  const answers = new Set<unknown>()
  const done = new Promise<void>((resolve) => {
    client.addEventListener("message", ({ data }) => {
      answers.add(JSON.parse(data).id)
      if (answers.size === 500) resolve()
    })
  })
  for (let id = 0; id < 500; id++) client.send(JSON.stringify({ jsonrpc: "2.0", id, method: "eth_blockNumber" }))
  await done
  client.close()
  await closed(client)
})

test("a web page connects only from an allowed origin", async () => {
  const connect = (origin: string) =>
    new Promise((resolve, reject) => {
      const Socket = Client as unknown as new (url: string, options: object) => Client
      const client = new Socket(url, { origin })
      client.on("open", () => resolve(client.terminate()))
      client.on("error", reject)
    })
  await expect(connect("http://evil.example")).rejects.toThrow("403")
  await connect("http://dashboard.local")
})

test("connections need permission, and are bounded", async () => {
  await expect(open(`${url}?token=wrong`)).rejects.toThrow("refused")
  const clients = await Promise.all([open(), open(), open()])
  await expect(open()).rejects.toThrow("refused")
  for (const client of clients) {
    client.close()
    await closed(client)
  }
  await expect.poll(() => open().then((client) => client.close())).toBeUndefined()
})
