/** From a link's message to its answer (docs/protocol.md §2), for links that speak in frames. */
import { decodeLinkMessage, encodeLinkMessage, LINK_HEAD, LinkCode } from "../../protocol/link-message.ts"
import type { AnswerKind, BridgeOptions, Topic } from "./bridge.ts"

/** Nobody gets back more than three times what he sent, until he is known. */
const AMPLIFICATION = 3
const NOTHING = new Uint8Array(0)

const topics: Record<number, Topic> = { [LinkCode.hello]: "hello", [LinkCode.report]: "report" }
const codes: Record<AnswerKind, number> = {
  changed: LinkCode.changed,
  badRequest: LinkCode.badRequest,
  unauthorized: LinkCode.unauthorized,
  notFound: LinkCode.notFound,
  tooLarge: LinkCode.tooLarge,
  busy: LinkCode.busy,
}

/** What to send back for a message, `undefined`: nothing. Never rejects. */
export type MessageExchange = (message: Uint8Array) => Promise<Uint8Array | undefined>

export function messageExchange({ handle, meter }: Pick<BridgeOptions, "handle" | "meter">): MessageExchange {
  return async (bytes) => {
    const message = decodeLinkMessage(bytes)
    const topic = message && topics[message.code]
    if (!topic) {
      meter.dropped("E_LINK_MESSAGE")
      return undefined
    }
    const answer = await handle(topic, message.body)
    if (!answer) return undefined
    const { kind, body } = answer
    const full = kind === "changed" || LINK_HEAD + body.length <= AMPLIFICATION * bytes.length
    return encodeLinkMessage(codes[kind], message.token, full ? body : NOTHING)
  }
}
