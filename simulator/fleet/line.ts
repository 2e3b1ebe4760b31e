/** The live medium of link `serial`: each device that is awake has a line to a gateway that waits for it. */
import { connect, type NetConnectOpts, type Socket } from "node:net"
import type { Medium } from "./medium.ts"

/** `address`: where `dormouse gateway --serial listen-..` waits; `onError`: a device could not receive. */
export function lineMedium(address: NetConnectOpts, onError: (error: unknown) => void): Medium {
  const open = new Set<Socket>()
  return {
    open(_device, receive) {
      const socket = connect(address)
      open.add(socket)
      socket.setNoDelay()
      socket.on("data", (bytes) => void Promise.resolve(receive(new Uint8Array(bytes))).catch(onError))
      // An unreachable gateway is a line that nobody hears: the device has its own timeouts.
      socket.on("error", () => {}).on("close", () => open.delete(socket))
      return {
        send: (bytes) => void socket.write(bytes),
        close: () => {
          socket.removeAllListeners("data").destroySoon()
        },
      }
    },
    close() {
      for (const socket of open) socket.destroy()
    },
  }
}
