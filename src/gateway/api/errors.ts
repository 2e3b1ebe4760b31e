import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { DormouseError, type ErrorCode } from "../../protocol/errors.ts"
import { GatewayError } from "../errors.ts"
import type { Logger } from "../log.ts"

/** HTTP status by code; any other error of ours means that it may work later. */
const statuses: Record<string, number> = {
  ...{ E_ADDRESS: 400, E_QUERY: 400, E_TOKEN: 401, E_FORBIDDEN: 403, E_ACCEPT: 406, E_BODY_TOO_LARGE: 413 },
  ...{ E_DEVICE_UNKNOWN: 404, E_RECEIPT_MISSING: 404, E_PATH: 404, E_MAILBOX_FULL: 409, E_NOT_PENDING: 409 },
  E_NOT_APPROVED: 409,
  E_MEDIA_TYPE: 415,
}
/** What fastify itself refuses. */
const refusals: Record<number, ErrorCode> = { 404: "E_PATH", 413: "E_BODY_TOO_LARGE", 415: "E_MEDIA_TYPE" }

export const statusOf = (error: unknown) => (error instanceof DormouseError ? (statuses[error.code] ?? 503) : 503)

/** Every failure becomes `{code, message}`. */
export function handleErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: FastifyError | DormouseError, request, reply) => {
    const { status, code, message } = described(error)
    if (status >= 500) log.error({ err: error, url: request.url }, "a request failed")
    if (status === 401) reply.header("www-authenticate", "Bearer")
    return send(reply, status, code, message)
  })
  app.setNotFoundHandler((request, reply) => {
    return send(reply, 404, "E_PATH", `Nothing is at ${request.method} ${request.url.slice(0, 100)}.`)
  })
}

/** For addresses that fastify cannot even route. */
export function frameworkErrors(_: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  send(reply, 400, "E_QUERY", `"${request.url.slice(0, 100)}" is not a well-formed address.`)
}

function described(error: FastifyError | DormouseError): { status: number; code: ErrorCode; message: string } {
  if (error instanceof DormouseError) return { status: statusOf(error), code: error.code, message: error.message }
  const { validation, validationContext, statusCode = 503 } = error
  if (validation) {
    const part = validation[0]?.instancePath.slice(1) || (validationContext ?? "")
    const code = part === "address" ? "E_ADDRESS" : "E_QUERY"
    return { status: 400, code, message: `${part}: ${validation[0]?.message ?? "not as expected"}.` }
  }
  const code = statusCode < 500 ? (refusals[statusCode] ?? "E_QUERY") : "E_INTERNAL"
  return { status: statusCode < 500 ? statusCode : 503, code, message: error.message }
}

function send(reply: FastifyReply, status: number, code: ErrorCode, message: string) {
  return reply.code(status).type("application/json").send({ code, message })
}

/** Throws `E_QUERY`. */
export function refuseQuery(message: string): never {
  throw new GatewayError("E_QUERY", message)
}
