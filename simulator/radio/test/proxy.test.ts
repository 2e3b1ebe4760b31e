/** The proxy on real sockets: who asks through it gets its own answers, and less of them the worse the air. */
import { createSocket, type Socket } from "node:dgram"
import { afterEach, beforeEach, expect, it } from "vitest"
import { liveScheduler } from "../../fleet/live.ts"
import type { FrameEvent } from "../../fleet/medium.ts"
import { environment } from "../../fleet/ports.ts"
import { Impairment, type ImpairmentParameters } from "../impairment.ts"
import { type AirProxy, openProxy } from "../proxy.ts"

let server: Socket
let proxy: AirProxy | undefined
const errors: unknown[] = []
const frames: FrameEvent[] = []

beforeEach(async () => {
  server = createSocket("udp4")
  server.on("message", (bytes, { port }) => server.send(bytes, port))
  await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve))
  frames.length = errors.length = 0
})

afterEach(() => {
  proxy?.close()
  server.close()
})

async function open(parameters?: Omit<ImpairmentParameters, "seed">): Promise<number> {
  const onError = (error: unknown) => errors.push(error)
  proxy = await openProxy({
    ...{ target: { address: "127.0.0.1", family: 4, port: server.address().port }, host: "127.0.0.1", port: 0 },
    ...{ scheduler: liveScheduler(environment.monotonicMs, onError), onError },
    observe: (frame) => frames.push(frame),
    impairment: parameters && new Impairment({ ...parameters, seed: "3" }),
  })
  return proxy.port
}

/** Sends numbers as client `name`; resolves when `answers` of them have come back. */
function client(name: number, port: number, count: number, answers: number): Promise<number[][]> {
  const socket = createSocket("udp4")
  const heard: number[][] = []
  return new Promise((resolve) => {
    socket.on("message", (bytes) => {
      heard.push([...bytes])
      if (heard.length < answers) return
      socket.close()
      resolve(heard)
    })
    for (let i = 0; i < count; i++) socket.send(Uint8Array.of(name, i), port, "127.0.0.1")
  })
}

it("passes everything on, to everyone his own", async () => {
  const port = await open()
  const all = await Promise.all([1, 2, 3].map((name) => client(name, port, 20, 20)))
  for (const heard of all) expect(new Set(heard.map(String)).size).toBe(20)
  expect(all.map((heard) => [...new Set(heard.map(([name]) => name))])).toEqual([[1], [2], [3]])
  expect(errors).toEqual([])
})

it("loses what the model loses, and lets the rest arrive", async () => {
  const port = await open({ loss: 0.5, latency: 2_000 })
  // Each has a path of its own: some meet good air, some bad.
  const sockets = Array.from({ length: 40 }, () => createSocket("udp4"))
  let heard = 0
  for (const socket of sockets) socket.on("message", () => heard++).send(Uint8Array.of(1), port, "127.0.0.1")
  const up = () => frames.filter(({ direction }) => direction === "up")
  while (up().length < sockets.length || heard === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  for (const socket of sockets) socket.close()
  const lost = up().filter(({ lost }) => lost).length
  expect(lost).toBeGreaterThan(5)
  expect(lost).toBeLessThan(35)
})
