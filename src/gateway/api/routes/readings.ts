import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Device } from "../../store/devices.ts"
import type { FedReport } from "../../store/feed.ts"
import type { StoredReport } from "../../store/reports.ts"
import { preferred } from "../accept.ts"
import { mayRead } from "../access/identity.ts"
import { type ApiContext, hex } from "../context.ts"
import { csvOf } from "../csv.ts"
import { packOf } from "../pack.ts"
import * as schemas from "../schemas.ts"
import type { SenmlRecord } from "../senml.ts"
import { documented } from "./documented.ts"
import { guarded, recordRead } from "./guard.ts"
import { linkNext, timeOf } from "./pages.ts"

type Query = { from: number; cursor?: number; limit: number; since?: string; until?: string }

const TYPES = ["application/senml+json", "application/json", "text/csv"] as const
/** So far a device's clock may run ahead of its report's arrival. */
const AHEAD_MS = 60_000
const FAR = 8.64e15

/** What the sensors measured. */
export function readingRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, feed } = context
  const one = documented("readings", "Readings of one device, in the order of its reports", schemas.senml, ...TYPES)
  app.get<{ Params: { address: string }; Querystring: Query }>(
    "/api/devices/:address/readings",
    { schema: { ...one, params: schemas.deviceParams, querystring: schemas.readingsQuery } },
    async (request, reply) => {
      const device = guarded(context, request)
      const { from, cursor = from, limit } = request.query
      const range = rangeOf(request.query)
      const reports = range
        ? feed.between(device.id, cursor, range.since - AHEAD_MS, lastEpoch(range.until), limit)
        : store.reports.from(device, cursor, limit)
      await recordRead(context, request, device, "readings", reports)
      if (limit > 0 && reports.length === limit) linkNext(request, reply, reports.at(-1)!.seq + 1)
      return sendPack(request, reply, packOf(context, device, reports, range))
    },
  )

  const summary = "Readings of all devices in the order of arrival: who goes on from the last Link misses nothing"
  const every = documented("allReadings", summary, schemas.senml, ...TYPES)
  app.get<{ Querystring: { cursor: number; limit: number } }>(
    "/api/readings",
    { schema: { ...every, querystring: schemas.feedQuery } },
    async (request, reply) => {
      const { cursor, limit } = request.query
      const reports = feed.after(cursor, limit)
      const pages = byDevice(reports).flatMap(([id, ofDevice]) => {
        const device = store.devices.byId(id)
        return device && mayRead(request.identity, hex(device.address)) ? [{ device, ofDevice }] : []
      })
      await Promise.all(pages.map(({ device, ofDevice }) => recordRead(context, request, device, "readings", ofDevice)))
      linkNext(request, reply, reports.at(-1)?.number ?? cursor)
      return sendPack(
        request,
        reply,
        pages.flatMap(({ device, ofDevice }) => packOf(context, device, ofDevice)),
      )
    },
  )

  /** The latest epoch that a report with a sample before `until` can name. */
  function lastEpoch(until: number): number {
    const schedule = context.schedule()
    return schedule.epochAt(Math.min(until, context.clock.now() + AHEAD_MS))
  }
}

function byDevice(reports: readonly FedReport[]): [id: number, reports: StoredReport[]][] {
  const groups = new Map<Device["id"], StoredReport[]>()
  for (const report of reports) {
    const group = groups.get(report.device)
    if (group) group.push(report)
    else groups.set(report.device, [report])
  }
  return [...groups]
}

function rangeOf(query: Query): { since: number; until: number } | undefined {
  const since = timeOf("since", query.since)
  const until = timeOf("until", query.until)
  return since === undefined && until === undefined ? undefined : { since: since ?? 0, until: until ?? FAR }
}

function sendPack(request: FastifyRequest, reply: FastifyReply, pack: SenmlRecord[]) {
  const type = preferred(request.headers.accept, TYPES)
  reply.header("vary", "accept")
  if (type === "text/csv") return reply.type("text/csv; charset=utf-8; header=present").send(csvOf(pack))
  return reply.type(type).send(Buffer.from(JSON.stringify(pack)))
}
