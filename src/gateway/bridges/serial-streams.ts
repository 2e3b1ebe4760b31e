/** The streams of bytes under link `serial`: what is connected to, and who connects to us. */
import { lstatSync, rmSync } from "node:fs"
import { connect, createServer, type ListenOptions, type NetConnectOpts, type Server, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { GatewayError } from "../errors.ts"
import type { Clock } from "../ports.ts"
import type { Bridge } from "./bridge.ts"
import { type LineName, parseLineName } from "./serial-name.ts"

/** Wait before a line that ended, or could not be opened, is tried again. */
const RETRY_MS = 500
/** Connections to one address at once; each costs a frame's buffer before it has said anything. */
const MOST_CONNECTIONS = 1_024

/** Opens a line, and opens it again whenever it ends. `onState` hears of changes, not of every attempt. */
export async function keepConnected(
  name: LineName,
  attach: (stream: Duplex) => void,
  { after }: Pick<Clock, "after">,
  onState: (state: string) => void,
): Promise<Bridge> {
  let stream: Duplex | undefined
  let cancel: (() => void) | undefined
  let open = true
  let state = ""
  const enter = (now: string) => {
    if (now !== state) onState(now)
    state = now
  }
  const end = (cause?: Error) => {
    stream
      ?.removeAllListeners()
      .on("error", () => {})
      .destroy()
    stream = undefined
    if (!open) return
    enter(cause?.message ?? "ended")
    cancel = after(RETRY_MS, () => void attempt())
  }
  const attempt = async () => {
    try {
      stream = await openStream(name)
      if (!open) return end()
      stream.once("close", () => end()).once("error", end)
      enter("open")
      attach(stream)
    } catch (cause) {
      end(cause as Error)
    }
  }
  await attempt()
  return {
    port: 0,
    close: async () => {
      open = false
      cancel?.()
      stream?.destroy()
    },
  }
}

/** Opens a line once, by its name. Throws `E_SERIAL_NAME` or `E_PORT`. */
export async function openLine(text: string): Promise<Duplex> {
  const name = parseLineName(text)
  if (name.type === "socket" && name.listen)
    throw new GatewayError("E_SERIAL_NAME", `"${text}" waits for others; a line to open is needed here.`)
  try {
    return await openStream(name)
  } catch (cause) {
    throw new GatewayError("E_PORT", `${text} cannot be opened: ${(cause as Error).message}.`, { cause })
  }
}

/** Rejects with the system's error where there is no such line now. */
async function openStream(name: LineName): Promise<Duplex> {
  if (name.type === "tty") return openTty(name.path, name.baudRate)
  const socket = connect(name.address as NetConnectOpts)
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject))
  return socket.removeAllListeners("error")
}

/** Loaded only where there is a tty. `hupcl: false`: closing must not reset the board. */
async function openTty(path: string, baudRate: number): Promise<Duplex> {
  const [{ SerialPortStream }, { autoDetect }] = await Promise.all([
    import("@serialport/stream"),
    import("@serialport/bindings-cpp"),
  ])
  return new Promise((resolve, reject) => {
    const options = { binding: autoDetect(), path, baudRate, hupcl: false }
    const port = new SerialPortStream(options, (error) => (error ? reject(error) : resolve(port)))
  })
}

/** Whether a gateway that was killed left its socket there, with nobody behind it. */
async function isLeftBehind(path: string): Promise<boolean> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return false
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(!socket.destroy()))
    socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED"))
  })
}

/** Waits for the other ends: each connection is a line of its own. Throws `E_PORT`. */
export async function listen(address: ListenOptions, attach: (stream: Duplex) => void): Promise<Bridge> {
  const connections = new Set<Socket>()
  const server: Server = createServer((socket) => {
    connections.add(socket.setNoDelay())
    // A peer that went away is no matter of ours.
    socket.on("error", () => {}).on("close", () => connections.delete(socket))
    attach(socket)
  })
  server.maxConnections = MOST_CONNECTIONS
  if (address.path && (await isLeftBehind(address.path))) rmSync(address.path)
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const where = address.path ?? `${address.host}:${address.port}`
      reject(new GatewayError("E_PORT", `No serial line can wait at ${where}: ${cause.message}.`, { cause }))
    })
    server.listen(address, resolve)
  })
  const bound = server.address()
  return {
    port: bound && typeof bound === "object" ? bound.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of connections) socket.destroy()
      }),
  }
}
