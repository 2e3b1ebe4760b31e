/** Link `wifi`: CoAP over UDP (RFC 7252), `POST /h` and `POST /r` (docs/protocol.md §2). */
import { createSocket, type RemoteInfo } from "node:dgram"
import { isIPv6 } from "node:net"
import { CONTENT_FORMAT, MAX_BODY, Path } from "../../protocol/coap.ts"
import { codeOf, GatewayError } from "../errors.ts"
import type { Answer, AnswerKind, Bridge, BridgeOptions, Topic } from "./bridge.ts"
import { type AnswerOption, type CoapMessage, Code, encodeCoap, Option, parseCoap, Type } from "./coap-message.ts"

/** A fleet that wakes in step sends a burst; the kernel keeps it while a commit runs. */
const RECEIVE_BUFFER = 4 * 1024 * 1024
/** Nobody gets back more than three times what he sent, until he is known. */
const AMPLIFICATION = 3
/** Max-Age of "busy". */
const BUSY_SECONDS = 2
const NOTHING = new Uint8Array(0)

const codes: Record<AnswerKind, number> = {
  changed: Code.changed,
  badRequest: Code.badRequest,
  unauthorized: Code.unauthorized,
  notFound: Code.notFound,
  tooLarge: Code.tooLarge,
  busy: Code.unavailable,
}

const topics: Record<string, Topic> = { [Path.hello]: "hello", [Path.report]: "report" }

export async function openCoapBridge(options: BridgeOptions): Promise<Bridge> {
  const { host, port, handle, onDrop } = options
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4")
  let nextId = 0

  async function receive(datagram: Uint8Array, from: RemoteInfo): Promise<void> {
    const request = parseCoap(datagram)
    const send = (type: number, code: number, messageId: number, body?: Uint8Array, option?: AnswerOption) => {
      const token = type === Type.reset ? NOTHING : request.token
      const answer = encodeCoap(type, code, messageId, token, body, option)
      // A peer that went away is no matter of ours.
      socket.send(answer, from.port, from.address, () => {})
    }
    if (request.type === Type.acknowledgement || request.type === Type.reset) return onDrop("E_COAP")
    if (request.code === Code.empty) {
      if (request.type === Type.confirmable) send(Type.reset, Code.empty, request.messageId) // a ping
      return
    }
    const answer = await answerTo(request, handle, onDrop)
    if (!answer) return
    const { code, body, option } = answer
    const withBody = code === Code.changed || 8 + request.token.length + body.length <= AMPLIFICATION * datagram.length
    const [type, messageId] =
      request.type === Type.confirmable
        ? [Type.acknowledgement, request.messageId]
        : [Type.nonConfirmable, (nextId = (nextId + 1) & 0xffff)]
    send(type, code, messageId, withBody ? body : undefined, option)
  }

  socket.on("message", (datagram, from) => {
    receive(datagram, from).catch((error) => onDrop(codeOf(error)))
  })
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (cause: Error) =>
      reject(new GatewayError("E_PORT", `UDP port ${port} on ${host} cannot be had: ${cause.message}.`, { cause })),
    )
    socket.bind(port, host, resolve)
  })
  socket.removeAllListeners("error")
  socket.on("error", () => onDrop("E_COAP"))
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER)
  } catch {
    // the system allows less: then bursts are shorter
  }
  return {
    port: socket.address().port,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

interface CoapAnswer {
  code: number
  body: Uint8Array
  option?: AnswerOption
}

async function answerTo(
  request: CoapMessage,
  handle: BridgeOptions["handle"],
  onDrop: BridgeOptions["onDrop"],
): Promise<CoapAnswer | undefined> {
  const drop = (code: number, error: string): CoapAnswer => {
    onDrop(error)
    return { code, body: Buffer.from(error) }
  }
  if (request.code >= 0x20) return void onDrop("E_COAP") // an answer, to nothing that we asked
  const path: string[] = []
  for (const { number, value } of request.options) {
    if (number === Option.uriPath) path.push(Buffer.from(value).toString())
    else if (number % 2 && ![Option.uriHost, Option.uriPort, Option.accept].includes(number as never))
      return drop(Code.badOption, "E_COAP")
  }
  const topic = path.length === 1 && Object.hasOwn(topics, path[0]!) ? topics[path[0]!] : undefined
  if (!topic) return drop(Code.notFound, "E_PATH")
  if (request.code !== Code.post) return drop(Code.methodNotAllowed, "E_PATH")
  if (request.payload.length > MAX_BODY) return drop(Code.tooLarge, "E_BODY_TOO_LARGE")
  const answer: Answer | undefined = await handle(topic, request.payload)
  if (!answer) return undefined
  const { kind, body } = answer
  const code = codes[kind]
  if (kind === "changed") return { code, body, option: { number: Option.contentFormat, value: CONTENT_FORMAT } }
  return kind === "busy" ? { code, body, option: { number: Option.maxAge, value: BUSY_SECONDS } } : { code, body }
}
