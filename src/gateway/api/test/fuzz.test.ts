/** Random and mutated requests through the real server: never 500, never a crash, and it answers afterwards. */
import { Agent, request } from "node:http"
import { connect } from "node:net"
import fc from "fast-check"
import { afterAll, beforeAll, expect, it } from "vitest"
import { METHOD_NAMES } from "../../chain/rpc/server.ts"
import { TestGateway } from "./support.ts"

const HTTP_REQUESTS = 3_000
const RPC_REQUESTS = 3_000
const RAW_REQUESTS = 300
const SEED = 2026

const test = new TestGateway()
const agent = new Agent({ keepAlive: true, maxSockets: 8 })
let secrets: string[]

beforeAll(async () => {
  await test.start({ epochMs: 10_000 })
  await test.enrol(1)
  const [device] = test.devices
  await device!.send(device!.sign(1), device!.sign(1))
  secrets = [test.token("op", "operator"), test.token("view", "viewer", [device!.address])].map(
    ({ authorization }) => authorization,
  )
})

afterAll(async () => {
  agent.destroy()
  await test.end()
})

interface Shot {
  method: string
  path: string
  headers: Record<string, string>
  body?: string | undefined
}

function shoot({ method, path, headers, body }: Shot): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const options = { agent, host: "127.0.0.1", port: test.gateway.http, method, path, headers }
    const sent = request(options, (response) => {
      let text = ""
      response.on("data", (data) => {
        text += data
      })
      response.on("end", () => resolve({ status: response.statusCode!, text }))
    })
    sent.on("error", reject)
    sent.end(body)
  })
}

async function expectAlive(): Promise<void> {
  const health = await test.get("/health")
  expect([health.status, await health.json()]).toEqual([200, { ok: true, pid: process.pid }])
  const [device] = test.devices
  expect((await device!.send(device!.sign(1))).refused).toEqual([])
}

const hexDigits = fc.string({ unit: fc.constantFrom(..."0123456789abcdefABCDEF"), maxLength: 66 })
const address = fc.oneof(
  fc.constant(0).map(() => test.devices[0]!.address),
  fc.constant(`0x${"12".repeat(20)}`),
  hexDigits.map((digits) => `0x${digits}`),
  fc.string({ maxLength: 50 }).map(encodeURIComponent),
  fc.constantFrom("%", "%zz", "..", "%2e%2e%2f", "%00", "__proto__", "constructor", "%F0%9F%90%AD"),
)
const value = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom("0", "1", "1000", "1001", "9007199254740991", "9007199254740992", "1e3", "1e309", "NaN", "", "null"),
  fc.constantFrom(
    "2026-01-01T00:00:00Z",
    "2026-13-45T99:99:99Z",
    "-271821-04-20T00:00:00Z",
    "1,2,3",
    ",",
    "[]",
    "true",
  ),
  fc.string({ maxLength: 30 }).map(encodeURIComponent),
)
const key = fc.constantFrom("from", "limit", "cursor", "since", "until", "seqs", "device", "role", "x", "__proto__[a]")
const query = fc
  .array(fc.tuple(key, value), { maxLength: 4 })
  .map((pairs) => (pairs.length ? `?${pairs.map(([name, text]) => `${name}=${text}`).join("&")}` : ""))
const base = fc.constantFrom(
  "/health",
  "/metrics",
  "/api/summary",
  "/api/devices",
  "/api/readings",
  "/api/openapi.json",
)
const part = fc.constantFrom(
  "",
  "/readings",
  "/reports",
  "/forks",
  "/receipts/1",
  "/access",
  "/mailbox",
  "/approve",
  "/x",
)
const path = fc.oneof(
  fc.tuple(base, query).map(([at, asked]) => at + asked),
  fc.tuple(address, part, query).map(([device, of, asked]) => `/api/devices/${device}${of}${asked}`),
  fc.tuple(address, value).map(([device, seq]) => `/api/devices/${device}/receipts/${seq}`),
  fc.webPath().map((text) => `/${text}`),
)
const headers = fc.record(
  {
    accept: fc.oneof(
      fc.constantFrom("text/csv", "*/*", "image/png", ",;q=,", "a/b;q=9"),
      fc.stringMatching(/^[ -~]*$/),
    ),
    authorization: fc.oneof(
      fc.integer({ min: 0, max: 1 }).map((i) => secrets[i]!),
      fc.stringMatching(/^(Bearer )?[!-~]{0,60}$/),
    ),
    "content-type": fc.constantFrom("application/json", "text/plain", "application/cbor", "multipart/form-data", "x"),
    origin: fc.constantFrom("null", "http://127.0.0.1", "https://evil.example"),
    "x-forwarded-for": fc.constant("1.2.3.4"),
  },
  { requiredKeys: [] },
)
const settings = fc.record({ batch: fc.jsonValue(), interval: fc.jsonValue() }, { requiredKeys: [] })
const body = fc.oneof(
  { weight: 20, arbitrary: fc.constant(undefined) },
  { weight: 40, arbitrary: fc.oneof(settings, fc.jsonValue()).map((json) => JSON.stringify(json)) },
  { weight: 20, arbitrary: fc.string({ maxLength: 100 }) },
  { weight: 20, arbitrary: fc.constantFrom('{"__proto__":{}}', '{"constructor":{"prototype":{}}}', "{") },
  { weight: 1, arbitrary: fc.constant("x".repeat(600_000)) },
)
const method = fc.constantFrom("GET", "GET", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")

it(`${HTTP_REQUESTS} requests to the API`, async () => {
  const good: Record<number, number> = {}
  const shots = fc.sample(fc.record({ method, path, headers, body }), { numRuns: HTTP_REQUESTS, seed: SEED })
  await inParallel(shots, async ({ body: content, ...shot }) => {
    // Revoking the only device is no fuzz.
    if (shot.path.includes("/revoke")) return
    const sent = ["GET", "HEAD"].includes(shot.method) ? shot : { ...shot, body: content }
    const { status, text } = await shoot(sent).catch((error) => {
      // A body beyond the limit may be cut off while it is sent.
      if (content && content.length > 500_000) return { status: 413, text: "" }
      throw error
    })
    good[status] = (good[status] ?? 0) + 1
    expect(status, JSON.stringify(shot)).toBeLessThan(500)
    if (status >= 400 && text) expect(JSON.parse(text)).toMatchObject({ code: expect.stringMatching(/^E_[A-Z_]+$/) })
  })
  // The fuzz reaches what is behind the checks as well.
  expect(good[200]).toBeGreaterThan(HTTP_REQUESTS / 50)
  await expectAlive()
})

const quantity = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n }).map((number) => `0x${number.toString(16)}`),
  fc.constantFrom("latest", "earliest", "pending", "finalized", "0x", "0x00", "-0x1", "1", 1, null),
)
const data = hexDigits.map((digits) => `0x${digits}`)
const call = fc.record(
  {
    ...{ from: data, to: data, data, input: data, value: quantity, gas: quantity, gasPrice: quantity },
    ...{ nonce: quantity, accessList: fc.jsonValue(), blockHash: data, fromBlock: quantity, toBlock: quantity },
    ...{
      topics: fc.array(fc.oneof(data, fc.constant(null), fc.array(data, { maxLength: 3 })), { maxLength: 5 }),
      address: data,
    },
  },
  { requiredKeys: [] },
)
const param = fc.oneof(quantity, data, call, fc.boolean(), fc.jsonValue(), fc.array(quantity, { maxLength: 4 }))
const rpc = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 20, arbitrary: fc.constant("2.0") }, fc.jsonValue()),
    id: fc.oneof({ weight: 9, arbitrary: fc.nat() }, fc.jsonValue()),
    method: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...METHOD_NAMES) }, fc.string()),
    params: fc.oneof({ weight: 9, arbitrary: fc.array(param, { maxLength: 4 }) }, fc.jsonValue()),
  },
  { requiredKeys: ["method"] },
)
const rpcBody = fc.oneof(
  { weight: 8, arbitrary: rpc.map((one) => JSON.stringify(one)) },
  { weight: 2, arbitrary: fc.array(rpc, { maxLength: 5 }).map((batch) => JSON.stringify(batch)) },
  { weight: 1, arbitrary: fc.jsonValue().map((json) => JSON.stringify(json)) },
  { weight: 1, arbitrary: fc.string() },
)

it(`${RPC_REQUESTS} requests to the chain`, async () => {
  const shots = fc.sample(rpcBody, { numRuns: RPC_REQUESTS, seed: SEED })
  await inParallel(shots, async (content) => {
    const { status, text } = await shoot({ method: "POST", path: "/rpc", headers: {}, body: content })
    expect([200, 204], content).toContain(status)
    if (status === 204) return
    const answers = [JSON.parse(text)].flat()
    for (const answer of answers) {
      expect(answer, content).toMatchObject({ jsonrpc: "2.0" })
      expect("result" in answer, content).toBe(!("error" in answer))
    }
  })
  const { text } = await shoot({
    ...{ method: "POST", path: "/rpc", headers: {} },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_blockNumber" }),
  })
  expect(Number(JSON.parse(text).result)).toBeGreaterThan(0)
  await expectAlive()
})

it(`${RAW_REQUESTS} pieces of noise on the socket`, async () => {
  const head = fc.oneof(
    fc.constant("GET / HTTP/1.1\r\n"),
    fc.constant("GET //%00 HTTP/1.1\r\nUpgrade: websocket\r\n"),
    fc.string(),
  )
  const noise = fc.sample(fc.tuple(head, fc.uint8Array({ maxLength: 300 })), { numRuns: RAW_REQUESTS, seed: SEED })
  await inParallel(noise, ([start, rest]) => {
    const socket = connect({ host: "127.0.0.1", port: test.gateway.http })
    return new Promise<void>((resolve) => {
      let answer = ""
      socket.on("data", (bytes) => {
        answer += bytes
      })
      socket.on("error", () => {})
      socket.on("close", () => {
        expect(answer).not.toMatch(/^HTTP\/1.1 5/)
        resolve()
      })
      socket.end(Buffer.concat([Buffer.from(start), rest]))
    })
  })
  await expectAlive()
})

/** Eight at a time, as a busy server has it. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const lane = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: 8 }, lane))
}
