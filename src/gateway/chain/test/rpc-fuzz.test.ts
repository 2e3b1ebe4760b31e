/** Whatever comes, the node answers by the rules of JSON-RPC 2.0, with a code of the specifications, and goes on. */
import fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import { METHOD_NAMES } from "../rpc/server.ts"
import { makeHistory } from "./history.ts"
import { ALICE, openRpcBench, type RpcBench } from "./rpc-bench.ts"

let bench: RpcBench
beforeAll(async () => {
  bench = await openRpcBench()
  await makeHistory(bench)
})
afterAll(() => bench.close())

/** JSON-RPC 2.0 and EIP-1474, without -32603: an internal error is a fault of ours. 3: reverted. */
const CODES = [-32700, -32600, -32601, -32602, -32000, -32005, 3]

function expectAnswer(answer: unknown, about: string): void {
  const { jsonrpc, id, ...rest } = answer as Record<string, unknown>
  expect(jsonrpc, about).toBe("2.0")
  expect(["string", "number", "object"], about).toContain(typeof id)
  expect(Object.keys(rest), about).toHaveLength(1)
  if ("error" in rest) {
    const { code, message } = rest.error as { code: number; message: string }
    expect(CODES, `${about}: ${message}`).toContain(code)
    expect(message.length, about).toBeLessThan(500)
  } else expect(rest, about).toHaveProperty("result")
}

async function shoot(body: unknown): Promise<unknown> {
  const answer = await bench.server.handle(body)
  const about = JSON.stringify(body)?.slice(0, 500) ?? "undefined"
  if (answer === undefined) return undefined // notifications
  for (const each of Array.isArray(answer) ? answer : [answer]) expectAnswer(each, about)
  JSON.stringify(answer) // as it goes over the wire
  return answer
}

const alive = async () => expect(await bench.ask("eth_chainId")).toBe("0x1092")

const hexes = fc.oneof(
  fc.constantFrom(ALICE.address, "0x", "0x0", "0x1", "0x5", `0x${"00".repeat(32)}`, `0x${"ff".repeat(32)}`),
  fc.constantFrom("latest", "earliest", "pending", "safe", "finalized", "newHeads", "logs"),
  fc.stringMatching(/^0x[0-9a-f]{0,70}$/),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`),
)
const odd = fc.constantFrom(null, -0, 1e308, 2 ** 53, "", "0X1", "0x-1", "__proto__", "\u0000", "\ud800", [], {})
const any = fc.oneof(hexes, odd, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>)
const fields = ["from", "to", "gas", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "value", "nonce", "data"]
const more = ["input", "accessList", "fromBlock", "toBlock", "blockHash", "blockNumber", "address", "topics", "type"]
const objects = fc.dictionary(fc.constantFrom(...fields, ...more, "__proto__", "requireCanonical"), any, { maxKeys: 6 })
const param = fc.oneof(any, objects, fc.array(fc.oneof(hexes, objects), { maxLength: 5 }))
const request = fc.record({
  jsonrpc: fc.constant("2.0"),
  id: fc.nat(),
  method: fc.constantFrom(...METHOD_NAMES),
  params: fc.array(param, { maxLength: 4 }),
})
const broken = fc.record(
  { jsonrpc: any, id: any, method: fc.oneof(fc.constantFrom(...METHOD_NAMES), any), params: fc.oneof(param, any) },
  { requiredKeys: [] },
)

test("any method with any parameters", async () => {
  await fc.assert(
    fc.asyncProperty(request, async (body) => void (await shoot(body))),
    { numRuns: 3000 },
  )
  await alive()
}, 60_000)

test("calls that get through to the EVM, with code at random", async () => {
  const quantity = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((value) => `0x${value.toString(16)}`)
  const small = fc.integer({ min: 0, max: 1_000_000 }).map((value) => `0x${value.toString(16)}`)
  const data = fc.uint8Array({ maxLength: 200 }).map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`)
  const call = fc.record(
    { from: fc.constant(ALICE.address), data, gas: small, value: fc.oneof(small, quantity), gasPrice: small },
    { requiredKeys: ["data"] },
  )
  const methods = fc.constantFrom("eth_call", "eth_estimateGas", "eth_createAccessList")
  const run = (method: string, params: unknown) => shoot({ jsonrpc: "2.0", id: 1, method, params: [params, "latest"] })
  await fc.assert(
    fc.asyncProperty(methods, call, async (method, params) => void (await run(method, params))),
    { numRuns: 300 },
  )
  await alive()
}, 60_000)

test("transactions with bytes changed", async () => {
  const raw = Buffer.from((await bench.sign(ALICE, { nonce: 99, data: "0x1234", to: ALICE.address })).slice(2), "hex")
  const change = fc.tuple(fc.nat(raw.length - 1), fc.nat(255))
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), fc.nat(raw.length), async (changes, length) => {
      const bytes = Buffer.from(raw)
      for (const [at, value] of changes) bytes[at] = value
      for (const sent of [bytes, bytes.subarray(0, length)]) {
        const params = [`0x${sent.toString("hex")}`]
        await shoot({ jsonrpc: "2.0", id: 1, method: "eth_sendRawTransaction", params })
      }
    }),
    { numRuns: 400 },
  )
  await alive()
}, 60_000)

test("broken requests and batches of them", async () => {
  const batch = fc.array(fc.oneof(request, broken, any), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.oneof(broken, batch, any), async (body) => void (await shoot(body))),
    { numRuns: 1500 },
  )
  await alive()
}, 60_000)

test("huge and deep JSON", async () => {
  let deep: unknown = "0x1"
  for (let level = 0; level < 5000; level++) deep = level % 2 ? [deep] : { address: deep, topics: deep }
  const long = Array(50_000).fill("0x1")
  const wide = Object.fromEntries(long.map((_, index) => [`key${index}`, "0x"]))
  for (const value of [deep, long, wide, "0x".padEnd(900_000, "f"), "x".repeat(900_000)]) {
    for (const method of METHOD_NAMES) {
      const answer = await bench.server.handle({ jsonrpc: "2.0", id: 1, method, params: [value, value] })
      expectAnswer(answer, `${method} with ${typeof value}`)
    }
    expectAnswer(await bench.server.handle({ jsonrpc: "2.0", id: 1, method: value, params: value }), "as method")
    expectAnswer(await bench.server.handle({ jsonrpc: "2.0", id: value, method: "eth_chainId" }), "as id")
  }
  await alive()
}, 60_000)
