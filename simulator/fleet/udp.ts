/** The live medium: one UDP socket for each device that is awake, to a real gateway. */
import { createSocket } from "node:dgram"
import { lookup } from "node:dns/promises"
import { DormouseError } from "../../src/protocol/index.ts"
import type { Medium } from "./medium.ts"

export interface UdpTarget {
  address: string
  family: 4 | 6
  port: number
}

/** Throws `E_GATEWAY_URL`. */
export async function resolveGateway(url: string): Promise<UdpTarget> {
  const parsed = URL.parse(url)
  if (parsed?.protocol !== "coap:" || !parsed.hostname)
    throw new DormouseError("E_GATEWAY_URL", `"${url}" is not a CoAP address: give coap://HOST:PORT.`)
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1")
  try {
    const { address, family } = await lookup(host)
    return { address, family: family === 6 ? 6 : 4, port: Number(parsed.port || 5683) }
  } catch (cause) {
    throw new DormouseError("E_GATEWAY_URL", `"${url}": the host "${host}" has no address. Check the name.`, { cause })
  }
}

/** A new ephemeral port for each wake, as a network stack gives after deep sleep; `onError`: a device could not receive. */
export function udpMedium({ address, family, port }: UdpTarget, onError: (error: unknown) => void): Medium {
  const open = new Set<{ close(): void }>()
  return {
    open(_device, receive) {
      const socket = createSocket(family === 6 ? "udp6" : "udp4")
      socket.on("message", (bytes, from) => {
        if (from.address === address && from.port === port)
          Promise.resolve(receive(new Uint8Array(bytes))).catch(onError)
      })
      // An unreachable gateway is a lost datagram: the device has its own timeouts.
      socket.on("error", () => {})
      const link = {
        send: (bytes: Uint8Array) => {
          if (open.has(link)) socket.send(bytes, port, address, () => {})
        },
        close: () => {
          if (open.delete(link)) socket.close()
        },
      }
      open.add(link)
      return link
    },
    close() {
      for (const link of open) link.close()
    },
  }
}
