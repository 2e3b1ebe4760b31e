import { createSocket } from "node:dgram"
import { createServer } from "coap"
import { openCoapBridge } from "../../src/gateway/bridges/coap.ts"
import type { Figure } from "../run.ts"
import { cpu, time } from "./cpu.ts"

const REQUESTS = 4_000
const WINDOW = 50

/** CPU of a request with an answer of 60 bytes, sender included: our bridge, and npm `coap` in its place. */
export async function coapCost(): Promise<Figure[]> {
  const answer = new Uint8Array(60)
  const bridge = await openCoapBridge({
    ...{ host: "127.0.0.1", port: 0 },
    meter: { frame() {}, dropped() {}, retried() {}, reassembled() {}, quality() {} },
    handle: async () => ({ kind: "changed", body: answer }),
  })
  await flood(bridge.port)
  const ours = await cpu(REQUESTS, () => flood(bridge.port))
  await bridge.close()

  const server = createServer((_, response) => {
    response.code = "2.04"
    response.end(Buffer.from(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
  const { port } = (server as unknown as { _sock: { address(): { port: number } } })._sock.address()
  await flood(port)
  const theirs = await cpu(REQUESTS, () => flood(port))
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return [time("CoAP request and answer, with sender", ours), time("the same through npm coap", theirs)]
}

let token = 0

/** Sends requests, so many at a time, and waits for their answers. */
function flood(port: number): Promise<void> {
  const socket = createSocket("udp4")
  const body = Buffer.alloc(140, 1)
  let [sent, answered] = [0, 0]
  const next = () => {
    const head = Buffer.from([0x54, 2, sent >> 8, sent, 0, 0, 0, 0, 0xb1, 0x72, 0x11, 63, 0xff])
    head.writeUInt32BE(++token, 4)
    sent++
    socket.send(Buffer.concat([head, body]), port, "127.0.0.1")
  }
  return new Promise((resolve) => {
    socket.on("message", () => {
      if (++answered === REQUESTS) {
        socket.close()
        resolve()
      } else if (sent < REQUESTS) next()
    })
    for (let i = 0; i < WINDOW; i++) next()
  })
}
