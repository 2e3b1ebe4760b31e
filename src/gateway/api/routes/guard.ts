import type { FastifyRequest } from "fastify"
import type { Device } from "../../store/devices.ts"
import type { Access } from "../access/access-log.ts"
import { requireDevice } from "../access/identity.ts"
import { type ApiContext, deviceOf } from "../context.ts"

/** The device that the path names. Throws `E_FORBIDDEN` before it tells whether there is one. */
export function guarded(context: ApiContext, request: FastifyRequest<{ Params: { address: string } }>): Device {
  requireDevice(request.identity, request.params.address)
  return deviceOf(context.store, request.params.address)
}

/** To be awaited before anything is given out: what cannot be written down is not given. */
export function recordRead(
  { accessLog }: Pick<ApiContext, "accessLog">,
  request: Pick<FastifyRequest, "identity" | "ip">,
  device: Device,
  what: Access["what"],
  reports: readonly { seq: number }[],
): Promise<void> {
  const seqs = reports.map(({ seq }) => seq)
  return accessLog.record({
    ...{ device: device.address, who: request.identity.name, source: request.ip, what },
    ...(seqs.length > 0 && { firstSeq: Math.min(...seqs), lastSeq: Math.max(...seqs) }),
  })
}
