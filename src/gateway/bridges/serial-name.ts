/** What a line is called on the command line, taken apart. */
import { GatewayError } from "../errors.ts"

const DEFAULT_BAUD = 115_200
/** A frame with one tile (docs/links.md). */
const LEAST_MTU = 32

/** - `tty`: a device file. - `socket`: an address as `node:net` takes it, to connect to or to listen at. */
export type LineName = { mtu?: number } & (
  | { type: "tty"; path: string; baudRate: number }
  | { type: "socket"; listen: boolean; address: { path: string } | { host: string; port: number } }
)

/**
 * `PATH[@BAUD]` of a tty, `tcp:HOST:PORT`, `unix:PATH`, and with `listen-` ahead the same for a gateway that waits for the
 * other end; `,mtu=BYTES` behind it: frames that its devices take are no larger. Throws `E_SERIAL_NAME`.
 */
export function parseLineName(text: string): LineName {
  const [, name, mtu] = /^(.*?)(?:,mtu=(\d{1,4}))?$/.exec(text)!
  return { ...parsePlace(name!, text), ...(mtu && { mtu: Math.max(LEAST_MTU, Number(mtu)) }) }
}

function parsePlace(name: string, text: string): LineName {
  const socket = /^(listen-)?(tcp|unix):(.+)$/.exec(name)
  if (socket?.[2] === "unix") return { type: "socket", listen: !!socket[1], address: { path: socket[3]! } }
  if (socket) {
    const tcp = /^\[?([^\]]*?)\]?:(\d{1,5})$/.exec(socket[3]!)
    const port = Number(tcp?.[2])
    if (tcp?.[1] && port <= 65_535) return { type: "socket", listen: !!socket[1], address: { host: tcp[1], port } }
  } else if (/^(\/|[A-Za-z]+\d+$|[A-Za-z]+\d+@)/.test(name)) {
    const [, path, baud] = /^(.*?)(?:@(\d{3,8}))?$/.exec(name)!
    return { type: "tty", path: path!, baudRate: baud ? Number(baud) : DEFAULT_BAUD }
  }
  throw new GatewayError(
    "E_SERIAL_NAME",
    `"${text.slice(0, 60)}" is no serial line: /dev/ttyUSB0[@BAUD], tcp:HOST:PORT, unix:PATH, listen-tcp:HOST:PORT or listen-unix:PATH expected, and [,mtu=BYTES].`,
  )
}
