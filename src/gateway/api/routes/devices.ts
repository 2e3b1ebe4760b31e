import type { FastifyInstance } from "fastify"
import { GatewayError } from "../../errors.ts"
import { mayRead, mayReadLog } from "../access/identity.ts"
import { type ApiContext, deviceOf, hex } from "../context.ts"
import { deviceView } from "../devices.ts"
import * as schemas from "../schemas.ts"
import { documented } from "./documented.ts"
import { guarded, recordRead } from "./guard.ts"
import { linkNext } from "./pages.ts"

const { deviceParams: params } = schemas

type Params = { address: string; seq: number }
type ReportsQuery = { from: number; cursor?: number; limit: number; seqs?: string }

/** What is known of devices, report by report. */
export function deviceRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, accessLog } = context
  const all = documented("devices", "All devices that the caller may see", schemas.list(schemas.device))
  app.get("/api/devices", { schema: all }, async ({ identity }) =>
    store.devices
      .all()
      .filter(({ address }) => identity.devices === undefined || mayRead(identity, hex(address)))
      .map((device) => deviceView(store, device)),
  )
  const one = { ...documented("device", "One device", schemas.device), params }
  app.get<{ Params: Params }>("/api/devices/:address", { schema: one }, async (request) =>
    deviceView(store, guarded(context, request)),
  )

  const reportsSchema = documented("reports", "Reports, and the anchors they stand under", schemas.list(schemas.report))
  app.get<{ Params: Params; Querystring: ReportsQuery }>(
    "/api/devices/:address/reports",
    { schema: { ...reportsSchema, params, querystring: schemas.reportsQuery } },
    async (request, reply) => {
      const device = guarded(context, request)
      const { from, cursor = from, limit, seqs } = request.query
      const reports =
        seqs === undefined
          ? store.reports.from(device, cursor, limit)
          : seqs.split(",").flatMap((seq) => store.reports.get(device, Number(seq)) ?? [])
      await recordRead(context, request, device, "reports", reports)
      if (seqs === undefined && limit > 0 && reports.length === limit) linkNext(request, reply, reports.at(-1)!.seq + 1)
      return reports.map(({ seq, kind, epoch, gatewayTime, anchor }) => {
        const anchored = anchor !== null && anchor <= context.minedEpoch() ? anchor : null
        return { seq, kind, claimedEpoch: epoch, gatewayTime, epoch: anchored }
      })
    },
  )

  const forksSchema = documented("forks", "Evidence: reports that contradict others", schemas.list(schemas.fork))
  app.get<{ Params: Params }>(
    "/api/devices/:address/forks",
    { schema: { ...forksSchema, params } },
    async (request) => {
      const device = guarded(context, request)
      const forks = store.reports.forks(device, schemas.MOST_REPORTS)
      await recordRead(context, request, device, "forks", forks)
      return forks.map(({ seq, cause, other, gatewayTime, bytes }) => {
        const contradicted = store.reports.get(device, other)!
        return { seq, cause, other, gatewayTime, report: hex(bytes), otherReport: hex(contradicted.bytes) }
      })
    },
  )

  const receiptSchema = documented("receipt", "The full receipt of a report", schemas.text, "application/cbor")
  app.get<{ Params: Params }>(
    "/api/devices/:address/receipts/:seq",
    { schema: { ...receiptSchema, params: schemas.receiptParams } },
    async (request, reply) => {
      const device = guarded(context, request)
      const { seq } = request.params
      const receipt = await context.receipt(device, seq)
      await recordRead(context, request, device, "receipt", [{ seq }])
      return reply.type("application/cbor").send(Buffer.from(receipt))
    },
  )

  const accessSchema = documented(
    "access",
    "Who read this device's data, newest first",
    schemas.list(schemas.accessEntry),
  )
  app.get<{ Params: Params; Querystring: { cursor: number; limit: number } }>(
    "/api/devices/:address/access",
    { schema: { ...accessSchema, params, querystring: schemas.accessQuery } },
    async (request, reply) => {
      const device = deviceOf(store, request.params.address)
      if (!mayReadLog(request.identity, hex(device.address)))
        throw new GatewayError("E_FORBIDDEN", "This is for operators, and for a viewer's token limited to this device.")
      const { cursor, limit } = request.query
      const entries = accessLog.list(device.address, cursor, limit)
      if (limit > 0 && entries.length === limit) linkNext(request, reply, entries.at(-1)!.id)
      return entries.map(({ id, ...entry }) => entry)
    },
  )
}
