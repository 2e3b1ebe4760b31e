import type { FastifyReply, FastifyRequest } from "fastify"
import { refuseQuery } from "../errors.ts"

/** Names the next page in a Link header (RFC 8288): bodies such as SenML have no place for it. */
export function linkNext(request: FastifyRequest, reply: FastifyReply, cursor: number): void {
  const url = new URL(request.url, "http://localhost")
  url.searchParams.delete("from")
  url.searchParams.set("cursor", String(cursor))
  reply.header("link", `<${url.pathname}${url.search}>; rel="next"`)
}

/** Unix ms. Throws `E_QUERY`. */
export function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,11}(\.\d{1,3})?$/.test(text)) return Math.round(Number(text) * 1000)
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? refuseQuery(`${name}: a time such as 2026-01-31T12:00:00Z, or unix seconds.`) : time
}
