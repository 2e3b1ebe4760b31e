import type { Socket } from "node:net"
import swagger from "@fastify/swagger"
import Fastify, { type FastifyInstance } from "fastify"
import { Counter, type Registry } from "prom-client"
import type { Logger } from "../log.ts"
import { ANYBODY, type Identity } from "./access/identity.ts"
import type { ApiContext } from "./context.ts"
import { frameworkErrors, handleErrors } from "./errors.ts"
import { openapi } from "./openapi.ts"
import { deviceRoutes } from "./routes/devices.ts"
import { operatorRoutes } from "./routes/operate.ts"
import { readingRoutes } from "./routes/readings.ts"
import { rpcRoute } from "./routes/rpc.ts"
import { statusRoutes } from "./routes/status.ts"
import { errorSchema } from "./schemas.ts"

declare module "fastify" {
  interface FastifyRequest {
    /** who asks; known before any route is */
    identity: Identity
  }
}

/** Deployments of contracts are the largest requests to the chain. */
const BODY_LIMIT = 512 * 1024
/** A request that takes longer to arrive keeps a connection from others. */
const REQUEST_MS = 30_000
const MOST_CONNECTIONS = 1_024

/** The HTTP side: who asks is settled first, then what. */
export function createApi(context: ApiContext, log: Logger): FastifyInstance {
  const app = Fastify({
    ...{ bodyLimit: BODY_LIMIT, requestTimeout: REQUEST_MS, forceCloseConnections: true, frameworkErrors },
    // An unknown field is a mistake to be told, not to be dropped in silence.
    ajv: { customOptions: { removeAdditional: false } },
    clientErrorHandler: (_, socket) => refuseNonsense(socket),
  })
  app.server.maxConnections = MOST_CONNECTIONS
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  app.addSchema(errorSchema)
  app.decorateRequest("identity")
  app.addHook("onRequest", async (request) => {
    request.identity = ANYBODY
    request.identity = context.policy.identify(request.raw)
  })
  countRequests(app, context.metrics.registry)
  handleErrors(app, log)
  app.register(swagger, openapi)
  app.register(async (routes) => {
    statusRoutes(routes, context)
    deviceRoutes(routes, context)
    readingRoutes(routes, context)
    operatorRoutes(routes, context)
  })
  app.register(async (routes) => rpcRoute(routes, context))
  return app
}

/** By route, not by address: what strangers make up must not become labels without end. */
function countRequests(app: FastifyInstance, registry: Registry): void {
  const name = "dormouse_api_requests_total"
  const labelNames = ["route", "status"]
  const requests = new Counter({ name, help: "Requests to the API", labelNames, registers: [registry] })
  app.addHook("onResponse", async ({ routeOptions }, { statusCode }) => {
    requests.inc({ route: routeOptions.url ?? "none", status: statusCode })
  })
}

/** What is not even HTTP. */
function refuseNonsense(socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const body = JSON.stringify({ code: "E_QUERY", message: "This is not an HTTP request." })
  const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`)
}
