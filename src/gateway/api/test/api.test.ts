/** The API of a whole gateway: what it shows to whom, and what it changes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { configureCommand } from "../../cli/configure.ts"
import { listDevices } from "../../cli/devices.ts"
import type { SenmlRecord } from "../senml.ts"
import { bodyOf, TestGateway, until } from "./support.ts"

const test = new TestGateway()
let [operator, viewer, owner]: { authorization: string }[] = []
let addresses: string[]

const json = (path: string, headers = {}) => bodyOf(test.get(path, headers))
const next = (response: Response) => /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1]

beforeAll(async () => {
  await test.start()
  await test.enrol(3)
  addresses = test.devices.map(({ address }) => address)
  operator = test.token("op", "operator")
  viewer = test.token("view", "viewer")
  owner = test.token("owner", "viewer", [addresses[0]!])
  const { epoch } = await json("/api/summary")
  for (const device of test.devices) {
    const { seq } = device
    await device.send(...[1, 2, 3, 4, 5].map((i) => device.sign(epoch, { at: 10 * (seq + i) })))
  }
})

afterAll(() => test.end())

describe("readings", () => {
  const path = () => `/api/devices/${addresses[0]}/readings`

  it("come in pages that end", async () => {
    const seqs: unknown[] = []
    let at: string | undefined = `${path()}?from=2&limit=2`
    for (let i = 0; at && i < 9; i++) {
      const response: Response = await test.get(at)
      expect(response.headers.get("content-type")).toBe("application/senml+json")
      seqs.push(...((await response.json()) as SenmlRecord[]).flatMap(({ seq }) => seq ?? []))
      at = next(response)
    }
    expect(seqs).toEqual([2, 3, 4, 5])
  })

  it("of all devices come in the order of arrival, and nothing is missed", async () => {
    const seen = new Map<string, number[]>()
    let at = "/api/readings?limit=4"
    for (let page = 1; ; page++) {
      const response = await test.get(at)
      const pack = (await response.json()) as SenmlRecord[]
      for (const { bn, seq } of pack) if (bn) seen.set(bn, [...(seen.get(bn) ?? []), seq!])
      at = next(response)!
      if (pack.length === 0) break
      expect(page).toBeLessThan(9)
    }
    expect([...seen.values()]).toEqual(test.devices.map(() => [1, 2, 3, 4, 5]))
    expect(await json(at)).toEqual([])
    const ownersOnly = await json("/api/readings", owner)
    expect(new Set(ownersOnly.flatMap(({ bn }: SenmlRecord) => bn ?? []))).toEqual(
      new Set([...seen.keys()].slice(0, 1)),
    )
  })

  it("of a span of time are those sampled in it", async () => {
    const all: SenmlRecord[] = await json(path())
    const times = all.flatMap(({ bt }) => bt ?? [])
    const iso = (seconds: number) => encodeURIComponent(new Date(seconds * 1000).toISOString())
    const some = await json(`${path()}?since=${iso(times[1]!)}&until=${times[3]!.toFixed(3)}`)
    expect(some.flatMap(({ seq }: SenmlRecord) => seq ?? [])).toEqual([2, 3])
    expect(await json(`${path()}?until=${iso(times[0]!)}`)).toEqual([])
    expect((await json(`${path()}?since=yesterday`)).code).toBe("E_QUERY")
  })

  it("have the form that is asked for", async () => {
    const csv = await test.get(`${path()}?limit=1`, { accept: "text/csv" })
    expect(csv.headers.get("content-type")).toMatch(/^text\/csv/)
    expect((await csv.text()).split("\r\n")[1]).toMatch(new RegExp(`^${addresses[0]},.*Z,temperature,Cel,20,1,`))
    const plain = await test.get(path(), { accept: "application/json" })
    expect(plain.headers.get("content-type")).toMatch(/^application\/json/)
    const picture = await test.get(path(), { accept: "image/png" })
    expect([picture.status, await picture.json()]).toEqual([406, { code: "E_ACCEPT", message: expect.any(String) }])
  })
})

describe("who may what", () => {
  it("shows a limited viewer his device and no other", async () => {
    expect((await json("/api/devices", owner)).map(({ address }: { address: string }) => address)).toEqual([
      addresses[0],
    ])
    for (const part of ["", "/readings", "/reports", "/forks", "/receipts/1", "/mailbox", "/access"]) {
      const response = await test.get(`/api/devices/${addresses[1]}${part}`, owner)
      expect([part, response.status, (await bodyOf(response)).code]).toEqual([part, 403, "E_FORBIDDEN"])
    }
  })

  it("changes nothing for anybody but an operator", async () => {
    for (const action of ["mailbox", "approve", "revoke"]) {
      const at = `/api/devices/${addresses[1]}/${action}`
      const body = action === "mailbox" ? { batch: 2, interval: 3 } : {}
      const answers = await Promise.all([test.post(at, body), test.post(at, body, viewer), test.post(at, body, owner)])
      expect(answers.map(({ status }) => status)).toEqual([401, 403, 403])
      expect(answers[0]!.headers.get("www-authenticate")).toBe("Bearer")
    }
    expect(await json(`/api/devices/${addresses[1]}/mailbox`)).toMatchObject({ waiting: [] })
  })

  it("names who read a device's data, to operators and to its owner", async () => {
    await test.get(`/api/devices/${addresses[0]}/readings`, viewer)
    await test.get(`/api/devices/${addresses[0]}/reports?from=3`, viewer)
    const path = `/api/devices/${addresses[0]}/access`
    for (const reader of [owner, operator]) {
      const entries = await json(path, reader)
      expect(entries).toContainEqual(
        expect.objectContaining({ who: "view", what: "readings", firstSeq: 1, lastSeq: 5 }),
      )
      expect(entries).toContainEqual(expect.objectContaining({ who: "view", what: "reports", firstSeq: 3, lastSeq: 5 }))
      expect(entries).toContainEqual(expect.objectContaining({ who: "loopback", source: "127.0.0.1" }))
    }
    const first = await test.get(`${path}?limit=1`, operator)
    expect(await first.json()).toHaveLength(1)
    expect(await json(next(first)!, operator)).not.toHaveLength(0)
    for (const reader of [{}, viewer]) expect((await json(path, reader)).code).toBe("E_FORBIDDEN")
  })

  it("forgets a token when it is revoked", async () => {
    const gone = test.token("gone", "viewer")
    expect((await test.get("/api/devices", gone)).status).toBe(200)
    const { Tokens } = await import("../access/tokens.ts")
    const { openAccess } = await import("../access/database.ts")
    const database = openAccess(test.dir)
    new Tokens(database).revoke("gone", 1)
    database.close()
    expect((await test.get("/api/devices", gone)).status).toBe(401)
  })
})

describe("what an operator changes", () => {
  it("a device's settings wait in its mailbox until it wakes", async () => {
    const [, device] = test.devices
    const path = `/api/devices/${addresses[1]}/mailbox`
    const posted = await bodyOf(test.post(path, { batch: 12, interval: 6 }, operator))
    expect(posted).toMatchObject({ waiting: [{ number: 1, type: "configure", batch: 12, interval: 6 }] })
    expect(posted.note).toBe(`waits until the device wakes in epoch ${posted.expectedEpoch}`)
    expect(await configureCommand([addresses[1]!, "--data", test.dir, "--batch", "3", "--interval", "2"])).toBe(0)
    const { mail } = await device!.send()
    expect(mail).toEqual([
      { number: 1, type: 1, payload: [12, 6] },
      { number: 2, type: 1, payload: [3, 2] },
    ])
    expect((await json(path)).waiting).toHaveLength(2)
    await device!.send() // its cursor says that they arrived
    expect(await json(path)).toMatchObject({ waiting: [], note: "nothing waits" })
  })

  it("refuses settings that make no sense", async () => {
    for (const body of [{ batch: 0, interval: 1 }, { batch: 1 }, { batch: 1, interval: 1, x: 1 }, [], "x", null]) {
      const response = await test.post(`/api/devices/${addresses[1]}/mailbox`, body, operator)
      expect([body, response.status, (await bodyOf(response)).code]).toEqual([body, 400, "E_QUERY"])
    }
    for (let i = 0; i < 64; i++)
      await test.post(`/api/devices/${addresses[2]}/mailbox`, { batch: 1, interval: 1 }, operator)
    const full = await test.post(`/api/devices/${addresses[2]}/mailbox`, { batch: 1, interval: 1 }, operator)
    expect([full.status, (await bodyOf(full)).code]).toEqual([409, "E_MAILBOX_FULL"])
  })

  it("a device is revoked on chain", async () => {
    expect((await test.post(`/api/devices/${addresses[2]}/approve`, {}, operator)).status).toBe(409)
    expect((await test.post(`/api/devices/${addresses[2]}/revoke`, {}, operator)).status).toBe(200)
    await until(async () => (await json(`/api/devices/${addresses[2]}`)).status === "revoked")
  })
})

describe("the document", () => {
  it("has every route, and every reference leads somewhere", async () => {
    const document = await json("/api/openapi.json")
    expect(document.openapi).toBe("3.1.0")
    const operations = Object.entries(
      document.paths as Record<string, Record<string, { operationId: string }>>,
    ).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method} ${path}`),
    )
    expect(operations.sort()).toMatchInlineSnapshot(`
      [
        "access get /api/devices/{address}/access",
        "allReadings get /api/readings",
        "approve post /api/devices/{address}/approve",
        "configure post /api/devices/{address}/mailbox",
        "device get /api/devices/{address}",
        "devices get /api/devices",
        "forks get /api/devices/{address}/forks",
        "health get /health",
        "mailbox get /api/devices/{address}/mailbox",
        "metrics get /metrics",
        "openapi get /api/openapi.json",
        "provisioning get /api/provisioning",
        "readings get /api/devices/{address}/readings",
        "receipt get /api/devices/{address}/receipts/{seq}",
        "reports get /api/devices/{address}/reports",
        "revoke post /api/devices/{address}/revoke",
        "rpc post /rpc",
        "summary get /api/summary",
        "trust get /api/trust",
      ]
    `)
    const text = JSON.stringify(document)
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components.schemas).toHaveProperty([name!])
  })
})

describe("health", () => {
  it("is good, and told by metrics as well", async () => {
    expect(await json("/health")).toEqual({ ok: true, pid: process.pid })
    await test.get("/made-up")
    const metrics = await (await test.get("/metrics")).text()
    expect(metrics).toMatch(/^dormouse_live_subscribers 0$/m)
    expect(metrics).toMatch(/^dormouse_api_requests_total\{route="\/api\/devices\/:address",status="200"\} \d+$/m)
    expect(metrics).toMatch(/^dormouse_api_requests_total\{route="none",status="404"\} 1$/m)
  })

  it("answers commands that found the secret, and nobody else, where a token is asked for", async () => {
    await test.gateway.close()
    await test.start({ api: { requireToken: true } })
    expect((await test.get("/health")).status).toBe(401)
    expect((await test.post("/rpc", { jsonrpc: "2.0", id: 1, method: "eth_chainId" })).status).toBe(401)
    expect((await test.get("/nowhere")).status).toBe(401)
    expect(await listDevices(test.dir)).toHaveLength(3)
    await test.enrol(1)
    expect((await test.get("/api/devices", viewer)).status).toBe(200)
  })
})
