/** Bad air as a UDP proxy: what clients send to it reaches the gateway, and its answers the clients, as a model has it. */
import { createSocket } from "node:dgram"
import { isIPv6 } from "node:net"
import type { Link } from "../fleet/medium.ts"
import { type UdpTarget, udpMedium } from "../fleet/udp.ts"
import { type ImpairedOptions, impairedMedium } from "./impaired-medium.ts"

export interface ProxyOptions extends ImpairedOptions {
  target: UdpTarget
  host: string
  /** 0: any free one */
  port: number
  onError(error: unknown): void
}

export interface AirProxy {
  readonly port: number
  close(): void
}

/** Clients at once, by address and port; one that is beyond it takes the place of the one that has been quiet longest. */
const MOST_CLIENTS = 1_024

/** Each client has a socket of its own towards the gateway, and a path of its own through the air. */
export async function openProxy({ target, host, port, onError, ...air }: ProxyOptions): Promise<AirProxy> {
  const medium = impairedMedium(udpMedium(target, onError), air)
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4")
  /** the quietest first */
  const clients = new Map<string, Link>()
  let paths = 0
  socket.on("message", (bytes, from) => {
    const key = `${from.address} ${from.port}`
    const answer = (reply: Uint8Array) => socket.send(reply, from.port, from.address, () => {})
    const link = clients.get(key) ?? medium.open(paths++, answer)
    clients.delete(key)
    clients.set(key, link)
    if (clients.size > MOST_CLIENTS) forgetFirst()
    link.send(new Uint8Array(bytes))
  })
  await new Promise<void>((resolve, reject) => socket.once("error", reject).bind(port, host, resolve))
  socket.removeAllListeners("error").on("error", onError)

  function forgetFirst(): void {
    const [key, link] = clients.entries().next().value!
    clients.delete(key)
    link.close()
  }

  return {
    port: socket.address().port,
    close: () => {
      medium.close()
      socket.close()
    },
  }
}
