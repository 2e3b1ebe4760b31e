import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify"
import { DormouseError } from "../../protocol/errors.ts"
import { GatewayError } from "../errors.ts"
import type { Logger } from "../log.ts"
import { type ApiContext, deviceOf, hex, wholeNumber } from "./context.ts"
import { deviceView, profileOf } from "./devices.ts"
import { senmlPack } from "./senml.ts"
import { provisioning, summary, trust } from "./summary.ts"

/** Deployments of contracts are the largest requests to the chain. */
const BODY_LIMIT = 512 * 1024
const MOST_REPORTS = 1_000

const statuses: Record<string, number> = {
  E_ADDRESS: 400,
  E_QUERY: 400,
  E_DEVICE_UNKNOWN: 404,
  E_RECEIPT_MISSING: 404,
  E_PATH: 404,
}

type Params = { address: string; seq: string }
type Query = Record<string, unknown>

/** The HTTP side. Everything but `/rpc` reads only. */
export function createApi(context: ApiContext, log: Logger): FastifyInstance {
  const { store, chain, metrics } = context
  const app = Fastify({
    ...{ bodyLimit: BODY_LIMIT, forceCloseConnections: true },
    frameworkErrors(_, request, reply: FastifyReply) {
      const message = `"${request.url.slice(0, 100)}" is not a well-formed address.`
      reply.code(400).send({ code: "E_QUERY", message })
    },
  })

  app.setErrorHandler((error: FastifyError | DormouseError, request, reply) => {
    const status = error instanceof DormouseError ? (statuses[error.code] ?? 503) : (error.statusCode ?? 503)
    if (status >= 500) log.error({ err: error, url: request.url }, "a request failed")
    const code = error instanceof DormouseError ? error.code : status < 500 ? "E_QUERY" : "E_INTERNAL"
    reply.code(status).send({ code, message: error.message })
  })
  app.setNotFoundHandler((request, reply) => {
    reply.code(404).send({ code: "E_PATH", message: `Nothing is at ${request.method} ${request.url.slice(0, 100)}.` })
  })

  app.register(async (rpc) => {
    // JSON-RPC has an answer of its own for what is not JSON.
    rpc.removeAllContentTypeParsers()
    rpc.addContentTypeParser("*", { parseAs: "string" }, (_, text, done) => done(null, text))
    rpc.post("/rpc", async (request, reply) => {
      const answer = await answerRpc(request.body, chain.handleRpc)
      return answer === undefined ? reply.code(204).send() : reply.send(answer)
    })
  })
  app.get("/health", async (_, reply) => {
    const trouble = context.trouble()
    return reply.code(trouble ? 503 : 200).send({ ok: !trouble, pid: process.pid, ...(trouble && { trouble }) })
  })
  app.get("/metrics", async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  app.get("/api/summary", () => summary(context))
  app.get("/api/provisioning", async () => provisioning(context))
  app.get("/api/trust", async () => trust(context))
  app.get("/api/devices", async () => store.devices.all().map((device) => deviceView(store, device)))
  app.get<{ Params: Params }>("/api/devices/:address", async ({ params }) =>
    deviceView(store, deviceOf(store, params.address)),
  )

  app.get<{ Params: Params; Querystring: Query }>("/api/devices/:address/readings", async (request, reply) => {
    const device = deviceOf(store, request.params.address)
    const reports = pageOf(device.id, request.query)
    const pack = senmlPack(
      {
        ...{ chainId: chain.chainId, address: hex(device.address), profile: profileOf(device) },
        ...{ schedule: context.schedule(), minedEpoch: context.minedEpoch() },
      },
      reports,
    )
    return reply.type("application/senml+json").send(Buffer.from(JSON.stringify(pack)))
  })

  /** `epoch`: of the anchor on chain that holds the report; null: none yet. */
  app.get<{ Params: Params; Querystring: Query }>("/api/devices/:address/reports", async ({ params, query }) => {
    const device = deviceOf(store, params.address)
    const reports = query.seqs === undefined ? pageOf(device.id, query) : seqsOf(query.seqs).map(reportOf(device.id))
    return reports.flatMap((report) => {
      if (!report) return []
      const { seq, kind, epoch, gatewayTime, anchor } = report
      const anchored = anchor !== null && anchor <= context.minedEpoch() ? anchor : null
      return [{ seq, kind, claimedEpoch: epoch, gatewayTime, epoch: anchored }]
    })
  })

  app.get<{ Params: Params }>("/api/devices/:address/forks", async ({ params }) =>
    store.reports
      .forks(deviceOf(store, params.address), MOST_REPORTS)
      .map(({ seq, cause, other, gatewayTime, bytes }) => ({ seq, cause, other, gatewayTime, report: hex(bytes) })),
  )

  app.get<{ Params: Params }>("/api/devices/:address/receipts/:seq", async ({ params }, reply) => {
    const device = deviceOf(store, params.address)
    const seq = wholeNumber("seq", params.seq, 0, Number.MAX_SAFE_INTEGER)
    return reply.type("application/cbor").send(Buffer.from(await context.receipt(device, seq)))
  })

  function pageOf(id: number, query: Query) {
    const from = wholeNumber("from", query.from, 0, Number.MAX_SAFE_INTEGER)
    const limit = wholeNumber("limit", query.limit, 100, MOST_REPORTS)
    return store.reports.from(store.devices.byId(id)!, from, limit)
  }
  function reportOf(id: number) {
    return (seq: number) => store.reports.get(store.devices.byId(id)!, seq)
  }
  return app
}

async function answerRpc(text: unknown, handle: ApiContext["chain"]["handleRpc"]): Promise<unknown> {
  let body: unknown
  try {
    body = JSON.parse(String(text))
  } catch {
    return { jsonrpc: "2.0", id: null, error: { code: -32700, message: "Parse error: the body is not JSON." } }
  }
  return handle(body)
}

function seqsOf(text: unknown): number[] {
  const parts = typeof text === "string" ? text.split(",") : []
  if (parts.length === 0 || parts.length > MOST_REPORTS)
    throw new GatewayError("E_QUERY", `seqs: 1 to ${MOST_REPORTS} numbers with commas between them expected.`)
  return parts.map((part) => wholeNumber("seqs", part, 0, Number.MAX_SAFE_INTEGER))
}
