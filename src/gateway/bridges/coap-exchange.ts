/** From a CoAP datagram to its answer (docs/protocol.md §2, §10), without a socket. */
import { CONTENT_FORMAT, MAX_BODY, Path } from "../../protocol/coap.ts"
import type { AnswerKind, BridgeOptions, Topic } from "./bridge.ts"
import { type AnswerOption, type CoapMessage, Code, encodeCoap, Option, parseCoap, Type } from "./coap-message.ts"

/** Nobody gets back more than three times what he sent, until he is known. */
const AMPLIFICATION = 3
/** Max-Age of "busy". */
const BUSY_SECONDS = 2
const NOTHING = new Uint8Array(0)
/** Critical options that change nothing here. */
const known: number[] = [Option.uriHost, Option.uriPort, Option.uriPath, Option.accept]

const codes: Record<AnswerKind, number> = {
  changed: Code.changed,
  badRequest: Code.badRequest,
  unauthorized: Code.unauthorized,
  notFound: Code.notFound,
  tooLarge: Code.tooLarge,
  busy: Code.unavailable,
}

const topics: Record<string, Topic> = { [Path.hello]: "hello", [Path.report]: "report" }

interface CoapAnswer {
  code: number
  body: Uint8Array
  option?: AnswerOption
}

/** What to send back for a datagram, `undefined`: nothing. Throws `E_COAP`. */
export type CoapExchange = (datagram: Uint8Array) => Promise<Uint8Array | undefined>

export function coapExchange({ handle, onDrop }: Pick<BridgeOptions, "handle" | "onDrop">): CoapExchange {
  let lastId = 0

  return async (datagram) => {
    const request = parseCoap(datagram)
    const { type, code, messageId, token } = request
    const isRequest = type === Type.confirmable || type === Type.nonConfirmable
    // A ping; anything else that is empty, or answers what nobody asked, is of no interest.
    if (code === Code.empty && type === Type.confirmable) return encodeCoap(Type.reset, Code.empty, messageId, NOTHING)
    if (code === Code.empty || code >= 0x20 || !isRequest) {
      onDrop("E_COAP")
      return undefined
    }
    const answer = await answerTo(request)
    if (!answer) return undefined
    const { body, option } = answer
    const small = 8 + token.length + body.length <= AMPLIFICATION * datagram.length
    const payload = answer.code === Code.changed || small ? body : NOTHING
    if (type === Type.confirmable)
      return encodeCoap(Type.acknowledgement, answer.code, messageId, token, payload, option)
    lastId = (lastId + 1) & 0xffff
    return encodeCoap(Type.nonConfirmable, answer.code, lastId, token, payload, option)
  }

  async function answerTo({ code, options, payload }: CoapMessage): Promise<CoapAnswer | undefined> {
    const path = options.filter(({ number }) => number === Option.uriPath)
    if (options.some(({ number }) => number % 2 && !known.includes(number))) return drop(Code.badOption, "E_COAP")
    const name = path.length === 1 ? Buffer.from(path[0]!.value).toString() : ""
    const topic = Object.hasOwn(topics, name) ? topics[name] : undefined
    if (!topic) return drop(Code.notFound, "E_PATH")
    if (code !== Code.post) return drop(Code.methodNotAllowed, "E_PATH")
    if (payload.length > MAX_BODY) return drop(Code.tooLarge, "E_BODY_TOO_LARGE")
    const answer = await handle(topic, payload)
    if (!answer) return undefined
    const { kind, body } = answer
    const head = { code: codes[kind], body }
    if (kind === "changed") return { ...head, option: { number: Option.contentFormat, value: CONTENT_FORMAT } }
    return kind === "busy" ? { ...head, option: { number: Option.maxAge, value: BUSY_SECONDS } } : head
  }

  function drop(code: number, error: string): CoapAnswer {
    onDrop(error)
    return { code, body: Buffer.from(error) }
  }
}
