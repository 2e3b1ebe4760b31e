/** Live readings over WebSocket, and JSON-RPC beside them, with Node's own client and with raw sockets. */
import { createServer } from "node:http"
import { connect } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, expect, it } from "vitest"
import { ANYBODY } from "../access/identity.ts"
import type { Subscriber } from "../live/hub.ts"
import { serveLive } from "../live/socket.ts"
import { bodyOf, TestGateway, until } from "./support.ts"

const test = new TestGateway()
let epoch: number
let viewer: { authorization: string }

beforeAll(async () => {
  await test.start({ api: { live: { pingMs: 100, connections: 4 } } })
  await test.enrol(2)
  viewer = test.token("follower", "viewer")
  epoch = (await bodyOf(test.get("/api/summary"))).epoch
})

afterAll(() => test.end())

function handshake(path: string, more = ""): string {
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}${more}\r\n\r\n`
}

interface Follower {
  socket: WebSocket
  messages: { device: string; seq: number; readings: { n: string; v: number }[] }[]
  closed: Promise<{ code: number; reason: string }>
}

async function follow(query = "", headers = {}): Promise<Follower> {
  // Node's client takes headers, which browsers' do not.
  const socket = new WebSocket(`${test.url.replace("http", "ws")}/api/live${query}`, { headers } as never)
  const messages: Follower["messages"] = []
  socket.onmessage = ({ data }) => messages.push(JSON.parse(data))
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve({ code, reason })
  })
  await new Promise((resolve) => {
    socket.onopen = resolve
    socket.onerror = resolve
  })
  return { socket, messages, closed }
}

it("gives each reading once, to those who want the device", async () => {
  const [a, b] = test.devices
  const all = await follow()
  const one = await follow(`?device=${b!.address}`, viewer)
  for (let i = 0; i < 5; i++) {
    await a!.send(a!.sign(epoch))
    await b!.send(b!.sign(epoch), b!.sign(epoch))
  }
  await until(() => all.messages.length === 15)
  const expected = Array.from({ length: 10 }, (_, i) => [b!.address, i + 1])
  expect(one.messages.map(({ device, seq }) => [device, seq])).toEqual(expected)
  expect(one.messages[0]!.readings).toMatchObject([{ n: "temperature", v: 20 }, { n: "humidity" }, { n: "co2" }])
  const log = await test.get(`/api/devices/${b!.address}/access`, test.token("auditor", "operator"))
  expect(await log.json()).toContainEqual(expect.objectContaining({ who: "follower", what: "live", lastSeq: 10 }))
  for (const { socket } of [all, one]) socket.close()
})

it("takes a page's token as a protocol", async () => {
  const [scheme, token] = viewer.authorization.split(" ")
  expect(scheme).toBe("Bearer")
  const url = `${test.url.replace("http", "ws")}/api/live`
  const open = (secret: string) =>
    new Promise((resolve) => {
      const socket = new WebSocket(url, ["dormouse", `bearer.${secret}`])
      socket.onopen = () => {
        resolve(socket.protocol)
        socket.close()
      }
      socket.onerror = () => resolve("refused")
    })
  expect(await open(token!)).toBe("dormouse")
  expect(await open("dormouse_wrong")).toBe("refused")
})

it("ends with the token", async () => {
  const { closed } = await follow("", test.token("brief", "viewer"))
  const { openAccess } = await import("../access/database.ts")
  const { Tokens } = await import("../access/tokens.ts")
  const database = openAccess(test.dir)
  new Tokens(database).revoke("brief", 1)
  database.close()
  expect(await closed).toEqual({ code: 4001, reason: "E_TOKEN: the token was revoked" })
})

it("drops who does not keep up, and says so", async () => {
  let subscriber: Subscriber | undefined
  const hub = {
    add(added: Subscriber) {
      subscriber = added
      return () => {}
    },
  }
  const context = { policy: { identify: () => ANYBODY }, accessLog: { record: async () => {} } }
  const server = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const limits = { unsent: 100_000, pingMs: 60_000, connections: 1 }
  const live = serveLive(server, context as never, hub as never, limits)

  const { port } = server.address() as { port: number }
  const socket = connect({ port, host: "127.0.0.1" })
  socket.on("error", () => {})
  socket.write(handshake("/api/live"))
  await new Promise((resolve) => socket.once("data", resolve))
  socket.pause()
  const message = "x".repeat(50_000)
  let sent = 0
  while (sent < 2_000 && subscriber!.send(message)) {
    sent++
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(sent).toBeLessThan(2_000)
  let tail = Buffer.alloc(0)
  socket.on("data", (data) => {
    tail = Buffer.concat([tail, data]).subarray(-200)
  })
  const closed = new Promise((resolve) => socket.once("close", resolve))
  socket.resume()
  await closed
  expect(tail.includes("E_SLOW")).toBe(true)
  expect(tail.readUInt16BE(tail.indexOf("E_SLOW") - 2)).toBe(4008)
  live.close()
  server.close()
})

it("refuses other paths, strangers and nonsense, and stays up", async () => {
  const upgrade = (path: string, more = "") =>
    new Promise<string>((resolve) => {
      const socket = connect({ port: test.gateway.http, host: "127.0.0.1" })
      socket.write(handshake(path, more))
      let answer = ""
      socket.on("data", (data) => {
        answer += data
        if (answer.startsWith("HTTP/1.1 101")) socket.destroy()
      })
      socket.on("error", () => {})
      socket.on("close", () => resolve(answer))
    })
  expect(await upgrade("/api/nowhere")).toMatch(/^HTTP\/1.1 404[\s\S]*E_PATH/)
  expect(await upgrade("//")).toMatch(/^HTTP\/1.1 404/)
  expect(await upgrade("/api/live?device=0x12")).toMatch(/^HTTP\/1.1 400[\s\S]*E_ADDRESS/)
  expect(await upgrade(`/api/live?device=0x${"12".repeat(20)}`)).toMatch(/^HTTP\/1.1 404[\s\S]*E_DEVICE_UNKNOWN/)
  expect(await upgrade("/api/live", "\r\nOrigin: https://evil.example")).toMatch(/^HTTP\/1.1 401[\s\S]*E_TOKEN/)
  expect(await upgrade("/api/live", "\r\nAuthorization: Bearer x")).toMatch(/^HTTP\/1.1 401/)
  expect(await upgrade("/rpc", "\r\nAuthorization: Bearer x")).toMatch(/^HTTP\/1.1 401/)
  expect(await upgrade("/rpc")).toMatch(/^HTTP\/1.1 101/)
  await sleep(50)
  const followers = await Promise.all([follow(), follow(), follow(), follow()])
  expect(await upgrade("/api/live")).toMatch(/^HTTP\/1.1 503[\s\S]*E_BUSY/)
  for (const { socket } of followers) socket.close()
  expect((await test.get("/health")).status).toBe(200)
})
