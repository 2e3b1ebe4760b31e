/** The live medium of link `serial`: each device that is awake has a line to a gateway that waits for it. */
import { connect, type NetConnectOpts, type Socket } from "node:net"
import { parseLineName } from "../../src/gateway/bridges/serial-name.ts"
import { DormouseError } from "../../src/protocol/index.ts"
import type { Medium } from "./medium.ts"

/** Where `line` connects to: `tcp:HOST:PORT` or `unix:PATH`. Throws `E_SERIAL_NAME`. */
export function addressOf(line: string): NetConnectOpts {
  const name = parseLineName(line)
  if (name.type === "socket" && !name.listen) return name.address
  throw new DormouseError("E_SERIAL_NAME", `"${line}" is nothing to connect to: give tcp:HOST:PORT or unix:PATH.`)
}

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
