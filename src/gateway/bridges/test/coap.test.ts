import { createSocket, type Socket } from "node:dgram"
import { request } from "coap"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { MAX_BODY, Option, optionUint } from "../../../protocol/coap.ts"
import type { Answer, Bridge, Handler } from "../bridge.ts"
import { openCoapBridge } from "../coap.ts"
import { encodeCoap, parseCoap, Type } from "../coap-message.ts"
import { testMeter } from "./meter.ts"

let bridge: Bridge
let socket: Socket
let handle: Handler
const drops: string[] = []
const echo: Handler = async (topic, body) => ({ kind: "changed", body: Buffer.concat([Buffer.from(topic[0]!), body]) })

beforeEach(async () => {
  drops.length = 0
  handle = echo
  bridge = await openCoapBridge({
    ...{ host: "127.0.0.1", port: 0 },
    handle: (topic, body) => handle(topic, body),
    meter: testMeter(drops),
  })
  socket = createSocket("udp4")
})

afterEach(async () => {
  socket.close()
  await bridge.close()
})

let pings = 0x7000

/** Sends a datagram and then a ping; what is answered before the ping is: nothing, or one message. */
async function ask(datagram: Uint8Array): Promise<Uint8Array | undefined> {
  const messageId = pings++
  const answers: Uint8Array[] = []
  const answered = new Promise<void>((resolve) => {
    socket.removeAllListeners("message").on("message", (message) => {
      const { type, messageId: id } = parseCoap(message)
      if (type === Type.reset && id === messageId) resolve()
      else answers.push(new Uint8Array(message))
    })
  })
  socket.send(datagram, bridge.port, "127.0.0.1")
  await new Promise((resolve) => setTimeout(resolve, 5))
  socket.send(encodeCoap(Type.confirmable, 0, messageId, new Uint8Array(0)), bridge.port, "127.0.0.1")
  await answered
  expect(answers.length).toBeLessThan(2)
  return answers[0]
}

const uriPath = (path: string) => [0xb0 | path.length, ...Buffer.from(path)]
const post = (path: string, body: Uint8Array, type: number = Type.nonConfirmable) =>
  new Uint8Array([0x40 | (type << 4) | 2, 2, 0x12, 0x34, 7, 8, ...uriPath(path), 0xff, ...body])
const codeOf = (answer: Uint8Array | undefined) =>
  answer && `${answer[1]! >> 5}.${String(answer[1]! & 31).padStart(2, "0")}`

describe("CoAP bridge", () => {
  it("serves another implementation's client, confirmable and not", async () => {
    for (const confirmable of [true, false]) {
      const answer = await new Promise<{ code: string; payload: Buffer; format: unknown }>((resolve) => {
        const message = request({ host: "127.0.0.1", port: bridge.port, pathname: "/r", method: "POST", confirmable })
        message.on("response", ({ code, payload, headers }) =>
          resolve({ code, payload, format: headers["Content-Format"] }),
        )
        message.end(Buffer.from("body"))
      })
      expect([answer.code, answer.payload.toString(), answer.format]).toEqual(["2.04", "rbody", "application/cbor-seq"])
    }
  })

  it("answers in kind, with the request's token", async () => {
    const answer = parseCoap((await ask(post("h", new Uint8Array([1]))))!)
    expect(answer).toMatchObject({ type: Type.nonConfirmable, token: new Uint8Array([7, 8]) })
    const piggybacked = parseCoap((await ask(post("h", new Uint8Array([1]), Type.confirmable)))!)
    expect(piggybacked).toMatchObject({ type: Type.acknowledgement, messageId: 0x1234 })
  })

  it("never answers a request with what it answered before", async () => {
    let count = 0
    handle = async () => ({ kind: "changed", body: new Uint8Array([++count]) })
    const body = post("r", new Uint8Array([1]))
    expect(parseCoap((await ask(body))!).payload[0]).toBe(1)
    expect(parseCoap((await ask(body))!).payload[0]).toBe(2)
  })

  it("is silent where the gateway is", async () => {
    handle = async () => undefined
    expect(await ask(post("r", new Uint8Array([1])))).toBeUndefined()
  })

  it("names faults by code, and in the body where that is no more than three times what came", async () => {
    const kinds: [Answer["kind"], string][] = [
      ["badRequest", "4.00"],
      ["unauthorized", "4.01"],
      ["notFound", "4.04"],
      ["tooLarge", "4.13"],
      ["busy", "5.03"],
    ]
    for (const [kind, code] of kinds) {
      handle = async () => ({ kind, body: Buffer.from("E_SOMETHING") })
      const answer = (await ask(post("r", new Uint8Array(10))))!
      expect([codeOf(answer), Buffer.from(parseCoap(answer).payload).toString()]).toEqual([code, "E_SOMETHING"])
    }
    handle = async () => ({ kind: "badRequest", body: Buffer.from("E_".padEnd(40, "X")) })
    expect(parseCoap((await ask(post("r", new Uint8Array(1))))!).payload).toHaveLength(0)
  })

  it("says when to come again, in whole seconds, where it is busy", async () => {
    for (const [retryAfter, seconds] of [
      [undefined, 2],
      [90_500, 91],
      [3_600_000, 3600],
    ] as const) {
      handle = async () => ({ kind: "busy", body: Buffer.from("E_BUSY"), ...(retryAfter && { retryAfter }) })
      const { options } = parseCoap((await ask(post("h", new Uint8Array(10))))!)
      expect(options).toEqual([{ number: Option.maxAge, value: optionUint(seconds) }])
    }
  })

  it("refuses other paths, methods, options and lengths", async () => {
    expect(codeOf(await ask(post("x", new Uint8Array(1))))).toBe("4.04")
    expect(codeOf(await ask(new Uint8Array([0x50, 1, 0, 1, ...uriPath("r")])))).toBe("4.05")
    expect(codeOf(await ask(new Uint8Array([0x50, 2, 0, 1, ...uriPath("r"), ...uriPath("r").with(0, 1)])))).toBe("4.04")
    expect(codeOf(await ask(new Uint8Array([0x50, 2, 0, 1, ...uriPath("r"), 0xd0, 9])))).toBe("4.02") // 33: none known
    expect(codeOf(await ask(post("r", new Uint8Array(MAX_BODY + 1))))).toBe("4.13")
    expect(drops).toEqual(["E_PATH", "E_PATH", "E_PATH", "E_COAP", "E_BODY_TOO_LARGE"])
  })

  it("counts and ignores what is no CoAP request", async () => {
    for (const datagram of ["", "x", "GET / HTTP/1.1"]) expect(await ask(Buffer.from(datagram))).toBeUndefined()
    expect(await ask(encodeCoap(Type.nonConfirmable, 0x45, 1, new Uint8Array(0)))).toBeUndefined() // an answer
    expect(await ask(encodeCoap(Type.reset, 0, 1, new Uint8Array(0)))).toBeUndefined()
    expect(drops).toEqual(new Array(5).fill("E_COAP"))
  })

  it("says which port cannot be had", async () => {
    const open = openCoapBridge({ host: "127.0.0.1", port: bridge.port, handle: echo, meter: testMeter() })
    await expect(open).rejects.toMatchObject({ code: "E_PORT" })
  })
})
