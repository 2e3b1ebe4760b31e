/** Link `wifi`: CoAP over UDP (RFC 7252), `POST /h` and `POST /r`. */
import { createSocket } from "node:dgram"
import { isIPv6 } from "node:net"
import { codeOf, GatewayError } from "../errors.ts"
import type { Bridge, BridgeOptions } from "./bridge.ts"
import { coapExchange } from "./coap-exchange.ts"

/** A fleet that wakes in step sends a burst; the kernel keeps it while a commit runs. */
const RECEIVE_BUFFER = 4 * 1024 * 1024

export async function openCoapBridge(options: BridgeOptions & { host: string; port: number }): Promise<Bridge> {
  const { host, port, meter } = options
  const exchange = coapExchange(options)
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4")
  let open = true

  socket.on("message", (datagram, from) => {
    meter.frame("up", datagram.length)
    exchange(datagram, from).then(
      // A peer that went away is no matter of ours.
      (answer) => {
        if (!answer || !open) return
        meter.frame("down", answer.length)
        socket.send(answer, from.port, from.address, () => {})
      },
      (error) => meter.dropped(codeOf(error)),
    )
  })
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (cause) =>
      reject(new GatewayError("E_PORT", `UDP port ${port} on ${host} cannot be had: ${cause.message}.`, { cause })),
    )
    socket.bind(port, host, resolve)
  })
  socket.removeAllListeners("error").on("error", () => meter.dropped("E_COAP"))
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER)
  } catch {
    // the system allows less: then bursts are shorter
  }
  return {
    port: socket.address().port,
    close: () => {
      open = false
      return new Promise((resolve) => socket.close(() => resolve()))
    },
  }
}
