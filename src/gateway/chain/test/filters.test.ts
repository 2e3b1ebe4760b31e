import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Subscriptions } from "../rpc/subscriptions.ts"
import { ALICE, BOB, openRpcBench, type RpcBench } from "./rpc-bench.ts"

const LOGGER = "36600060003760aa366000a100" // logs its input under topic 0xaa
const TOPIC = `0x${"aa".padStart(64, "0")}`

let bench: RpcBench
let logger: `0x${string}`
let nonce = 0

beforeAll(async () => {
  bench = await openRpcBench()
  const data = `0x600d600c600039600d6000f3${LOGGER}` as const
  const receipt = await bench.included(await bench.send(ALICE, { nonce: nonce++, data, gas: 200_000n }))
  logger = receipt.contractAddress as `0x${string}`
})
afterAll(() => bench.close())

const log = async (data: `0x${string}`) => bench.included(await bench.send(ALICE, { nonce: nonce++, to: logger, data }))
const changes = (id: unknown) => bench.ask("eth_getFilterChanges", id) as Promise<unknown[]>

describe("filters", () => {
  test("tell of each block, log and transaction once", async () => {
    const blocks = await bench.ask("eth_newBlockFilter")
    const pending = await bench.ask("eth_newPendingTransactionFilter")
    const logs = await bench.ask("eth_newFilter", { address: logger, topics: [TOPIC] })
    const others = await bench.ask("eth_newFilter", { address: BOB.address })
    expect(await changes(blocks)).toEqual([])
    const [first, second] = [await log("0x01"), await log("0x02")]
    expect(await changes(blocks)).toEqual([first.blockHash, second.blockHash])
    expect(await changes(pending)).toEqual([first.transactionHash, second.transactionHash])
    expect(await changes(logs)).toEqual([...(first.logs as unknown[]), ...(second.logs as unknown[])])
    for (const id of [blocks, pending, logs, others]) expect(await changes(id)).toEqual([])
    const third = await log("0x03")
    expect(await changes(logs)).toEqual(third.logs)
    expect(await bench.ask("eth_getFilterLogs", logs)).toEqual(third.logs)
  })

  test("with an end tell nothing beyond it", async () => {
    const head = (await bench.ask("eth_blockNumber")) as string
    const id = await bench.ask("eth_newFilter", { fromBlock: "0x0", toBlock: head, address: logger })
    const before = (await bench.ask("eth_getFilterLogs", id)) as unknown[]
    await log("0x04")
    expect(await changes(id)).toEqual([])
    expect(await bench.ask("eth_getFilterLogs", id)).toEqual(before)
  })

  test("are gone when uninstalled, or not asked for five minutes", async () => {
    const [id, idle] = [await bench.ask("eth_newBlockFilter"), await bench.ask("eth_newPendingTransactionFilter")]
    expect(await bench.ask("eth_uninstallFilter", id)).toBe(true)
    expect(await bench.ask("eth_uninstallFilter", id)).toBe(false)
    await expect(changes(id)).rejects.toMatchObject({ code: -32000, message: "filter not found" })
    await expect(bench.ask("eth_getFilterLogs", idle)).rejects.toMatchObject({ code: -32000 })
    bench.chain.setTime(Number(bench.chain.now + 301n) * 1000)
    await bench.ask("eth_newBlockFilter") // clears away what is idle
    await expect(changes(idle)).rejects.toThrow("filter not found")
    expect(bench.chain.events.listenerCount("pending")).toBe(0)
  })

  test("are bounded in number", async () => {
    const install = async () => {
      for (let count = 0; count <= 1000; count++) await bench.ask("eth_newBlockFilter")
    }
    await expect(install()).rejects.toMatchObject({ code: -32005 })
    bench.chain.setTime(Number(bench.chain.now + 301n) * 1000)
  })
})

describe("subscriptions", () => {
  function connect() {
    const notices: { params: { subscription: string; result: unknown } }[] = []
    const notify = (message: object) => void notices.push(message as (typeof notices)[number])
    const session = { notify, subscriptions: new Subscriptions(notify) }
    const ask = async (method: string, ...params: unknown[]) => {
      const answer = await bench.server.handle({ jsonrpc: "2.0", id: 1, method, params }, session)
      return answer as { result?: unknown; error?: { code: number } }
    }
    return { notices, session, ask }
  }

  test("tell of heads, logs and pending transactions", async () => {
    const { notices, session, ask } = connect()
    const { result: heads } = await ask("eth_subscribe", "newHeads")
    const { result: logs } = await ask("eth_subscribe", "logs", { address: logger, topics: [TOPIC] })
    await ask("eth_subscribe", "logs", { address: BOB.address })
    const { result: pending } = await ask("eth_subscribe", "newPendingTransactions")
    const receipt = await log("0x05")
    const of = (id: unknown) =>
      notices.filter(({ params }) => params.subscription === id).map(({ params }) => params.result)
    const block = (await bench.ask("eth_getBlockByNumber", receipt.blockNumber, false)) as Record<string, unknown>
    const { size: _1, totalDifficulty: _2, transactions: _3, uncles: _4, ...header } = block
    expect(of(heads)).toEqual([header])
    expect(of(logs)).toEqual(receipt.logs)
    expect(of(pending)).toEqual([receipt.transactionHash])
    expect(notices).toHaveLength(3)
    session.subscriptions.close()
  })

  test("end one by one, or with their session", async () => {
    const { notices, session, ask } = connect()
    const { result: id } = await ask("eth_subscribe", "newHeads")
    await ask("eth_subscribe", "logs")
    expect(await ask("eth_unsubscribe", id)).toMatchObject({ result: true })
    expect(await ask("eth_unsubscribe", id)).toMatchObject({ result: false })
    session.subscriptions.close()
    await log("0x06")
    expect(notices).toEqual([])
    expect(bench.chain.events.listenerCount("block")).toBe(0)
  })

  test("need a session, a known kind, and have a bound", async () => {
    await expect(bench.ask("eth_subscribe", "newHeads")).rejects.toMatchObject({ code: -32601 })
    const { session, ask } = connect()
    expect(await ask("eth_subscribe", "everything")).toMatchObject({ error: { code: -32602 } })
    expect(await ask("eth_subscribe", 5)).toMatchObject({ error: { code: -32602 } })
    expect(await ask("eth_subscribe", "syncing")).toHaveProperty("result")
    for (let count = 1; count < 100; count++) await ask("eth_subscribe", "syncing")
    expect(await ask("eth_subscribe", "syncing")).toMatchObject({ error: { code: -32005 } })
    session.subscriptions.close()
  })
})
