import type { IncomingMessage, Server } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { EmbeddedChain, RpcSession } from "./embedded.ts"
import { PARSE_ERROR } from "./rpc/errors.ts"

export interface WebSocketOptions {
  path: string
  /** Web pages that may connect, by origin. None: any page that somebody opens could otherwise talk to a loopback port. */
  origins?: readonly string[]
  /** Whether a request for a connection is allowed, by its token. */
  allow?(request: IncomingMessage): boolean
  maxConnections?: number
}

const MAX_MESSAGE = 2 ** 20
/** What may wait for a slow reader before it is cut off. */
const MAX_UNSENT = 16 * 2 ** 20
/** Requests of one connection that are worked on at once. */
const MAX_IN_FLIGHT = 32
/** A peer that is gone says nothing: it is asked this often, and must have answered before the next time. */
const PING_MS = 30_000

/** JSON-RPC with subscriptions over WebSocket on an HTTP server; returns what ends it. */
export function serveWebSocket(server: Server, chain: Pick<EmbeddedChain, "connect">, options: WebSocketOptions) {
  const { path, origins = [], allow = () => true, maxConnections = 64 } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE })

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost")
    if (pathname !== path) return // somebody else's
    const { origin } = request.headers
    if (origin !== undefined && !origins.includes(origin)) return refuse(socket, "403 Forbidden")
    if (!allow(request)) return refuse(socket, "401 Unauthorized")
    if (sockets.clients.size >= maxConnections) return refuse(socket, "503 Service Unavailable")
    sockets.handleUpgrade(request, socket, head, (connection) => serve(connection, chain))
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

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function serve(connection: WebSocket, chain: Pick<EmbeddedChain, "connect">): void {
  const send = (message: unknown) => {
    if (connection.bufferedAmount > MAX_UNSENT) connection.terminate()
    else connection.send(JSON.stringify(message))
  }
  const session = chain.connect(send)
  let inFlight = 0
  connection.on("message", async (data: Buffer) => {
    inFlight += 1
    if (inFlight === MAX_IN_FLIGHT) connection.pause()
    const answer = await answerTo(data, session)
    if (answer !== undefined) send(answer)
    if (inFlight === MAX_IN_FLIGHT) connection.resume()
    inFlight -= 1
  })

  let alive = true
  connection.on("pong", () => {
    alive = true
  })
  const heartbeat = setInterval(() => {
    if (!alive) connection.terminate()
    alive = false
    connection.ping()
  }, PING_MS)
  connection.on("close", () => {
    clearInterval(heartbeat)
    session.close()
  })
  connection.on("error", () => connection.terminate()) // such as a message beyond the bound
}

async function answerTo(data: Buffer, session: RpcSession): Promise<unknown> {
  let body: unknown
  try {
    body = JSON.parse(data.toString())
  } catch {
    return { jsonrpc: "2.0", id: null, error: { code: PARSE_ERROR, message: "Parse error: the message is not JSON." } }
  }
  return session.handleRpc(body)
}
