/** The API, put together: its files, who may ask, HTTP, WebSockets, and what is published without being asked. */
import type { IncomingMessage, Server } from "node:http"
import type { Duplex } from "node:stream"
import type { FastifyInstance } from "fastify"
import { GatewayError } from "../errors.ts"
import type { Logger } from "../log.ts"
import type { Clock, Random } from "../ports.ts"
import { Feed } from "../store/feed.ts"
import { AccessLog } from "./access/access-log.ts"
import { openAccess } from "./access/database.ts"
import { Policy } from "./access/policy.ts"
import { newSecret, Tokens } from "./access/tokens.ts"
import type { ApiContext } from "./context.ts"
import { healthOf } from "./health.ts"
import { LiveHub } from "./live/hub.ts"
import { defaultLiveLimits, LIVE_PATH, type LiveLimits, pathOf, refuseUpgrade, serveLive } from "./live/socket.ts"
import { createApi } from "./server.ts"

export interface ApiOptions {
  httpPort: number
  httpHost: string
  /** on loopback too */
  requireToken?: boolean | undefined
  /** entries that the access log keeps of each device */
  accessEntries?: number | undefined
  mqtt?: { url: string; topic?: string | undefined } | undefined
  live?: Partial<LiveLimits> | undefined
}

export interface ApiParts extends Omit<ApiContext, "policy" | "accessLog" | "feed" | "problems"> {
  dataDir: string
  storePath: string
  random: Random
  clock: Clock
  log: Logger
  queueLimit: number
  /** why anchoring stopped */
  conflict(): string | undefined
}

export interface Api {
  port: number
  /** good for everything as long as this gateway runs; for commands that can read the data directory */
  secret: string
  close(): Promise<void>
}

export const DEFAULT_ACCESS_ENTRIES = 1_000
const RPC_PATH = "/rpc"

export async function openApi(options: ApiOptions, parts: ApiParts): Promise<Api> {
  const undo: (() => unknown)[] = []
  const close = async () => {
    while (undo.length) await undo.pop()!()
  }
  try {
    return { ...(await compose(options, parts, undo)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function compose(options: ApiOptions, parts: ApiParts, undo: (() => unknown)[]) {
  const { store, chain, clock, metrics, log, random, schedule, dataDir } = parts
  const database = openAccess(dataDir)
  undo.push(() => database.close())
  const feed = new Feed(parts.storePath)
  undo.push(() => feed.close())
  const accessLog = new AccessLog(database, clock, options.accessEntries ?? DEFAULT_ACCESS_ENTRIES)
  const secret = newSecret(random)
  const { requireToken = false } = options
  const policy = new Policy({ tokens: new Tokens(database), localSecret: secret, requireToken })
  const problems = healthOf({
    ...{ dataDir, store, clock, metrics, probe: database },
    ...{ queueLimit: parts.queueLimit, conflict: parts.conflict, head: () => chain.head() },
    epochMs: () => schedule().lengthOf(schedule().epochAt(clock.now())),
  })
  const context: ApiContext = { ...parts, feed, accessLog, policy, problems }
  const hub = new LiveHub(context, log)
  undo.push(() => hub.close())
  if (options.mqtt) {
    // Loaded only where it is wanted.
    const { mqttTarget } = await import("../mqtt/target.ts")
    const { MqttPublisher } = await import("../mqtt/publisher.ts")
    const target = mqttTarget(options.mqtt.url, options.mqtt.topic)
    const publisher = new MqttPublisher({ ...context, target, clock, log })
    undo.push(() => publisher.close())
  }
  const app = createApi(context, log)
  const closeUpgrades = serveUpgrades(app.server, context, hub, { ...defaultLiveLimits, ...options.live })
  undo.push(async () => {
    closeUpgrades()
    await app.close()
  })
  return { port: await listen(app, options.httpHost, options.httpPort), secret }
}

/** All WebSockets of the one HTTP server. */
function serveUpgrades(server: Server, context: ApiContext, hub: LiveHub, limits: LiveLimits): () => void {
  const { chain, policy } = context
  // First of all listeners: those behind it may rely on an address that can be read.
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => socket.destroy())
    const path = pathOf(request)
    if (path === undefined) request.url = "/"
    if (path !== LIVE_PATH && path !== RPC_PATH)
      refuseUpgrade(socket, new GatewayError("E_PATH", "No WebSocket is at this path."))
  })
  const live = serveLive(server, context, hub, limits)
  const closeRpc = chain.serveWebSocket(server, RPC_PATH, (request) => {
    try {
      return Boolean(policy.identify(request))
    } catch {
      return false
    }
  })
  return () => {
    live.close()
    closeRpc()
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const message = `TCP port ${port} on ${host} cannot be had: ${(cause as Error).message}.`
    throw new GatewayError("E_PORT", message, { cause })
  }
  return (app.server.address() as { port: number }).port
}
