import { MAX_BODY, MAX_TRANSFER } from "../../protocol/coap.ts"
import type { AnswerKind, Handler } from "../bridges/bridge.ts"
import { BusyError, codeOf, GatewayError } from "../errors.ts"
import type { Enrolment } from "./enrol.ts"
import type { Meter } from "./meter.ts"
import type { Uplinks } from "./uplink.ts"

const kinds: Record<string, AnswerKind> = {
  E_BODY_TOO_LARGE: "tooLarge",
  E_BUSY: "busy",
  E_INTERNAL: "busy",
  E_DEVICE_UNKNOWN: "unauthorized",
  E_ENVELOPE: "unauthorized",
}

export interface HandlerOptions {
  enrolment: Pick<Enrolment, "receive">
  uplinks: Pick<Uplinks, "receive">
  meter: Meter
  /** Told of faults of ours. */
  onFault(error: unknown): void
}

/** The one entrance from all bridges: whatever comes in, what comes out is an answer or silence. */
export function createHandler({ enrolment, uplinks, meter, onFault }: HandlerOptions): Handler {
  return async (topic, body) => {
    try {
      const most = topic === "hello" ? MAX_BODY : MAX_TRANSFER
      if (body.length > most)
        throw new GatewayError("E_BODY_TOO_LARGE", `A body of ${body.length} bytes: ${most} at most.`)
      const answer = topic === "hello" ? enrolment.receive(body) : await uplinks.receive(body)
      return { kind: "changed", body: answer }
    } catch (error) {
      const code = codeOf(error)
      meter.dropped(code)
      if (code === "E_INTERNAL") onFault(error)
      // Answering a replay would tell its sender something, and the device itself has its answer.
      if (code === "E_REPLAY") return undefined
      const later = error instanceof BusyError && { retryAfter: error.retryAfter }
      return { kind: kinds[code] ?? "badRequest", body: Buffer.from(code), ...later }
    }
  }
}
