import type { FastifyInstance, FastifyRequest } from "fastify"
import { Role } from "../../../protocol/receipt.ts"
import { GatewayError } from "../../errors.ts"
import { Status } from "../../store/devices.ts"
import { requireRole } from "../access/identity.ts"
import { type ApiContext, hex, type Operate } from "../context.ts"
import { configure, mailboxView } from "../mailbox.ts"
import * as schemas from "../schemas.ts"
import { documented } from "./documented.ts"
import { guarded } from "./guard.ts"

type Params = { address: string }

const { deviceParams: params } = schemas
const done = schemas.record(
  { address: schemas.address, status: { enum: ["approved", "revoked"] } },
  "as the chain has it",
)
/** Before anything else is looked at: who may not change things learns nothing about them. */
const onRequest = async ({ identity }: FastifyRequest) => requireRole(identity, "operator")

/** Everything that changes something; all of it needs an operator's token. */
export function operatorRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, chain } = context
  const waiting = documented("mailbox", "Messages that wait for the device", schemas.mailbox)
  app.get<{ Params: Params }>("/api/devices/:address/mailbox", { schema: { ...waiting, params } }, async (request) =>
    mailboxView(context, guarded(context, request)),
  )
  const post = documented("configure", "Puts new settings into the device's mailbox", schemas.mailbox)
  app.post<{ Params: Params; Body: { batch: number; interval: number } }>(
    "/api/devices/:address/mailbox",
    { onRequest, schema: { ...post, params, body: schemas.configureBody } },
    async (request) => {
      const device = guarded(context, request)
      const { batch, interval } = request.body
      configure(store, device, { batch, interval })
      return mailboxView(context, device)
    },
  )

  const approve = documented("approve", "Approves the device on chain, with the operator's key", done)
  app.post<{ Params: Params; Body: { role?: number } | null }>(
    "/api/devices/:address/approve",
    { onRequest, schema: { ...approve, params, body: schemas.approveBody } },
    async (request) => {
      const device = guarded(context, request)
      if (device.status !== Status.pending)
        throw new GatewayError("E_NOT_PENDING", `${hex(device.address)} has no request on chain that waits.`)
      await operator().approve(hex(device.address), request.body?.role ?? Role.serverTrusted)
      return { address: hex(device.address), status: "approved" }
    },
  )
  const revoke = documented("revoke", "Revokes the device on chain", done)
  app.post<{ Params: Params }>(
    "/api/devices/:address/revoke",
    { onRequest, schema: { ...revoke, params } },
    async (request) => {
      const device = guarded(context, request)
      if (device.status !== Status.approved)
        throw new GatewayError(
          "E_NOT_APPROVED",
          `${hex(device.address)} is not approved, so there is nothing to revoke.`,
        )
      await operator().revoke(hex(device.address))
      return { address: hex(device.address), status: "revoked" }
    },
  )

  function operator(): Operate {
    if (chain.operate) return chain.operate
    throw new GatewayError("E_CHAIN_UNREACHABLE", "The operator's key is not with this gateway.")
  }
}
