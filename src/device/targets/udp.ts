/** Datagrams to and from the gateway over the SDK's UDP socket (ECMA-419). What comes from anybody else is dropped. */
import UDP from "embedded:io/socket/udp"
import type { Datagrams } from "../links/coap-link.ts"

/** `host` is an IPv4 address in digits. */
export function openDatagrams(host: string, port: number): Datagrams {
  const socket = new UDP({
    onReadable(packets) {
      for (let i = 0; i < packets; i++) {
        const packet = this.read()
        if (!packet) return
        if (packet.address === host && packet.port === port) datagrams.onMessage?.(new Uint8Array(packet))
      }
    },
  })
  const datagrams: Datagrams = {
    send: (bytes) => socket.write(bytes, host, port),
    // The SDK's typings forgot it.
    close: () => (socket as unknown as { close(): void }).close(),
  }
  return datagrams
}
