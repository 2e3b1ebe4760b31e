import type { FastifyInstance } from "fastify"
import type { ApiContext } from "../context.ts"
import { count, list, record, text } from "../schemas.ts"
import { provisioning, summary, trust } from "../summary.ts"
import { documented } from "./documented.ts"

const problem = record({ code: text, message: text })
const health = record({ ok: { type: "boolean" }, pid: count, trouble: text, problems: list(problem), alarm: problem })

/** How the gateway is, and what it is. */
export function statusRoutes(app: FastifyInstance, context: ApiContext): void {
  const { metrics } = context
  const healthSchema = documented("health", "Whether it works; what is wrong, where it does not", health)
  healthSchema.response = { ...healthSchema.response, 503: { ...health, description: "what is wrong" } }
  app.get("/health", { schema: healthSchema }, async (_, reply) => {
    const problems = await context.problems()
    const alarm = context.alarms?.()
    const common = { pid: process.pid, ...(alarm && { alarm }) }
    if (problems.length === 0) return { ok: true, ...common }
    const trouble = problems.map(({ code, message }) => `${code}: ${message}`).join(" ")
    return reply.code(503).send({ ok: false, ...common, trouble, problems })
  })
  app.get("/metrics", { schema: documented("metrics", "Prometheus metrics", text, "text/plain") }, async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
  app.get("/api/summary", { schema: documented("summary", "The whole state in one look", record({})) }, () =>
    summary(context),
  )
  app.get(
    "/api/provisioning",
    { schema: documented("provisioning", "What a device is given before its first hello", record({})) },
    async () => provisioning(context),
  )
  app.get("/api/trust", { schema: documented("trust", "What `dormouse verify --trust` pins", record({})) }, async () =>
    trust(context),
  )
  app.get("/api/openapi.json", { schema: documented("openapi", "This document", record({})) }, async () =>
    app.swagger(),
  )
}
