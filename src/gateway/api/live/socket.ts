import type { IncomingMessage, Server } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import { codeOf, GatewayError } from "../../errors.ts"
import { requireDevice } from "../access/identity.ts"
import { type ApiContext, deviceOf, hex } from "../context.ts"
import { statusOf } from "../errors.ts"
import type { LiveHub } from "./hub.ts"

export const LIVE_PATH = "/api/live"

/** Close codes of ours; what is behind them is in the reason. */
export const Close = { tooSlow: 4008, tokenVoid: 4001 } as const

export interface LiveLimits {
  /** bytes that may wait for a slow reader */
  unsent: number
  connections: number
  /** a peer that is gone says nothing: it is asked this often */
  pingMs: number
}

export const defaultLiveLimits: LiveLimits = { unsent: 2 ** 20, connections: 64, pingMs: 30_000 }

/** They only listen: what they say is not read. */
const MAX_MESSAGE = 1_024
const MOST_DEVICES = 64
/** So long a reader that is too slow may take to hear that it is. */
const FAREWELL_MS = 2_000

/** `GET /api/live?device=0x..&device=0x..` as a WebSocket: one JSON message a report. */
export function serveLive(server: Server, context: ApiContext, hub: LiveHub, limits = defaultLiveLimits) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE })

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (pathOf(request) !== LIVE_PATH) return
    socket.on("error", () => socket.destroy())
    admitted(request).then(
      (subscription) => sockets.handleUpgrade(request, socket, head, (connection) => follow(connection, subscription)),
      (error) => refuseUpgrade(socket, error),
    )
  }

  async function admitted(request: IncomingMessage) {
    const identity = context.policy.identify(request)
    if (sockets.clients.size >= limits.connections) throw new GatewayError("E_BUSY", "Too many follow already.")
    const names = new URL(request.url!, "http://localhost").searchParams.getAll("device")
    if (names.length > MOST_DEVICES) throw new GatewayError("E_QUERY", `device: ${MOST_DEVICES} at most.`)
    const source = request.socket.remoteAddress ?? ""
    const found = names.map((name) => {
      requireDevice(identity, name)
      return deviceOf(context.store, name)
    })
    const who = identity.name
    await context.accessLog.record(
      ...found.map(({ address }) => ({ device: address, who, source, what: "live" as const })),
    )
    const devices = found.length > 0 ? new Set(found.map(({ address }) => hex(address))) : undefined
    return { identity, source, devices, request }
  }

  function follow(connection: WebSocket, { identity, source, devices, request }: Awaited<ReturnType<typeof admitted>>) {
    const leave = hub.add({ identity, source, devices, send })
    function send(message: string): boolean {
      if (connection.bufferedAmount > limits.unsent) {
        end(connection, Close.tooSlow, "E_SLOW: readings came faster than they were taken")
        return false
      }
      connection.send(message)
      return true
    }
    let alive = true
    const heartbeat = setInterval(() => {
      if (!alive) return connection.terminate()
      alive = false
      connection.ping()
      try {
        context.policy.identify(request)
      } catch {
        leave()
        end(connection, Close.tokenVoid, "E_TOKEN: the token was revoked")
      }
    }, limits.pingMs)
    connection.on("pong", () => {
      alive = true
    })
    connection.on("close", () => {
      clearInterval(heartbeat)
      leave()
    })
    connection.on("error", () => connection.terminate())
  }

  server.on("upgrade", upgrade)
  return {
    close() {
      server.off("upgrade", upgrade)
      for (const connection of sockets.clients) connection.terminate()
      sockets.close()
    },
  }
}

/** Says why, and does not wait for an answer for long. */
function end(connection: WebSocket, code: number, reason: string): void {
  connection.close(code, reason)
  setTimeout(() => connection.terminate(), FAREWELL_MS).unref()
}

/** Path of an upgrade request; `undefined`: it is none. */
export function pathOf({ url = "" }: IncomingMessage): string | undefined {
  return URL.canParse(url, "http://localhost") ? new URL(url, "http://localhost").pathname : undefined
}

/** An answer to who wanted a WebSocket and gets none. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const body = JSON.stringify({ code: codeOf(error), message: (error as Error).message })
  const length = Buffer.byteLength(body)
  const head = `HTTP/1.1 ${statusOf(error)} Refused\r\nContent-Type: application/json\r\nContent-Length: ${length}`
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`)
}
