/** Carries a test device's messages over real UDP, as docs/protocol.md §2 has it. */
import { createSocket } from "node:dgram"
import type { AnswerKind } from "../../bridges/bridge.ts"
import { parseCoap } from "../../bridges/coap-message.ts"
import type { Exchange } from "./device.ts"

const kinds: Record<number, AnswerKind> = {
  68: "changed",
  128: "badRequest",
  129: "unauthorized",
  132: "notFound",
  141: "tooLarge",
  163: "busy",
}

export interface UdpLink {
  exchange: Exchange
  close(): void
}

/** `portOf` is asked for each message: the gateway may come back on another port. */
export function udpLink(portOf: () => number, timeoutMs = 2_000): UdpLink {
  const socket = createSocket("udp4")
  const waiting = new Map<number, (message: Uint8Array) => void>()
  let last = 0
  socket.on("message", (message) => waiting.get(message.readUInt32BE(4))?.(new Uint8Array(message)))
  return {
    close: () => socket.close(),
    async exchange(topic, body) {
      const token = ++last
      const head = Buffer.from([0x54, 2, token >> 8, token, 0, 0, 0, 0, 0xb1, topic.charCodeAt(0), 0x11, 63, 0xff])
      head.writeUInt32BE(token, 4)
      const answer = new Promise<Uint8Array | undefined>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs, undefined)
        waiting.set(token, (message) => {
          clearTimeout(timer)
          resolve(message)
        })
      })
      socket.send(Buffer.concat([head, body]), portOf(), "127.0.0.1", () => {})
      const message = await answer
      waiting.delete(token)
      if (!message) return undefined
      const { code, payload } = parseCoap(message)
      return { kind: kinds[code]!, body: payload }
    },
  }
}
