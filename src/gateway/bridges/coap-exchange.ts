/** From a CoAP datagram to its answer (docs/protocol.md §2, §10), without a socket. */
import { equalBytes, toHex } from "../../protocol/bytes.ts"
import {
  type Block,
  CONTENT_FORMAT,
  decodeBlock,
  encodeBlock,
  LARGEST_SZX,
  MAX_BODY,
  MAX_TRANSFER,
  Option,
  optionUint,
  Path,
} from "../../protocol/coap.ts"
import { defaultLimits } from "../limits.ts"
import { systemClock, systemRandom } from "../ports.ts"
import type { Answer, AnswerKind, BridgeOptions, Topic } from "./bridge.ts"
import { type Body, etagOf, firstOf, type Reply, sliceOf } from "./coap-blocks.ts"
import { Reachability } from "./coap-echo.ts"
import { type CoapMessage, type CoapOption, Code, encodeCoap, parseCoap, Type } from "./coap-message.ts"
import { resources } from "./coap-resources.ts"
import { Transfers } from "./coap-transfers.ts"

/** Nobody gets back more than three times what he sent, until he is known. */
const AMPLIFICATION = 3
/** Of an answer that is neither body nor token, at most: header, options, marker. */
const HEAD_BYTES = 16
const NOTHING = new Uint8Array(0)
/** Critical options that are understood. A query changes nothing here (RFC 6690 §4.1). */
const understood: number[] = [
  ...[Option.uriHost, Option.uriPort, Option.uriPath, Option.uriQuery, Option.accept],
  ...[Option.block1, Option.block2],
]

const codes: Record<AnswerKind, number> = {
  changed: Code.changed,
  badRequest: Code.badRequest,
  unauthorized: Code.unauthorized,
  notFound: Code.notFound,
  tooLarge: Code.tooLarge,
  busy: Code.unavailable,
}
const topics: Record<string, Topic> = { [Path.hello]: "hello", [Path.report]: "report" }
const contentFormat = [{ number: Option.contentFormat, value: optionUint(CONTENT_FORMAT) }]
/** Said where nobody knows when there is room again (ms). */
const MOMENT = 2_000
const againAfter = (ms: number) => [{ number: Option.maxAge, value: optionUint(Math.ceil(ms / 1000)) }]
const again = againAfter(MOMENT)

/** Where a datagram came from. */
export interface Peer {
  address: string
  port: number
}

interface Request extends CoapMessage {
  peer: Peer
  path: string
  /** bytes of the datagram */
  size: number
  block1: Block | undefined
  block2: Block | undefined
}

/** What to send back for a datagram, `undefined`: nothing. Throws `E_COAP`. */
export type CoapExchange = (datagram: Uint8Array, peer: Peer) => Promise<Uint8Array | undefined>

export type ExchangeOptions = Pick<BridgeOptions, "handle" | "meter" | "clock" | "random" | "limits">

export function coapExchange(options: ExchangeOptions): CoapExchange {
  const { handle, meter, clock = systemClock(), random = systemRandom, limits = defaultLimits } = options
  const reachability = new Reachability({ clock, random })
  const transfers = new Transfers<Body>({ clock, limits })
  let lastId = 0

  return async (datagram, peer) => {
    const message = parseCoap(datagram)
    const { type, code, messageId, token } = message
    const isRequest = type === Type.confirmable || type === Type.nonConfirmable
    // A ping; anything else that is empty, or answers what nobody asked, is of no interest.
    if (code === Code.empty && type === Type.confirmable) return encodeCoap(Type.reset, Code.empty, messageId, NOTHING)
    if (code === Code.empty || code >= 0x20 || !isRequest) {
      meter.dropped("E_COAP")
      return undefined
    }
    const reply = await replyTo(message, peer, datagram.length)
    if (!reply) return undefined
    const isLong = reply.code >= Code.badRequest && !isSmall(reply.payload, token, datagram.length)
    const payload = isLong ? NOTHING : reply.payload
    if (type === Type.confirmable)
      return encodeCoap(Type.acknowledgement, reply.code, messageId, token, payload, reply.options)
    lastId = (lastId + 1) & 0xffff
    return encodeCoap(Type.nonConfirmable, reply.code, lastId, token, payload, reply.options)
  }

  async function replyTo(message: CoapMessage, peer: Peer, size: number): Promise<Reply | undefined> {
    const { code, options } = message
    if (options.some(({ number }) => number % 2 && !understood.includes(number))) return drop(Code.badOption, "E_COAP")
    const block1 = blockOf(options, Option.block1)
    const block2 = blockOf(options, Option.block2)
    if (block1 === "malformed" || block2 === "malformed") return drop(Code.badRequest, "E_BLOCK")
    const path = pathOf(options)
    const request: Request = { ...message, peer, path, size, block1, block2 }
    if (Object.hasOwn(resources, path)) return read(request)
    const topic = Object.hasOwn(topics, path) ? topics[path] : undefined
    if (!topic) return drop(Code.notFound, "E_PATH")
    if (code !== Code.post) return drop(Code.methodNotAllowed, "E_PATH")
    if (block1 && (block1.more || block1.number > 0)) return assemble(request, topic, block1)
    if (block2 && block2.number > 0) return goOn(request, block2)
    if (message.payload.length > MAX_BODY) return drop(Code.tooLarge, "E_BODY_TOO_LARGE", [inBlocks])
    const answer = await handle(topic, message.payload)
    return answer && begin(request, bodyOf(answer))
  }

  /** What anyone may read, but nobody can have sent to somebody else. */
  function read(request: Request): Reply {
    const { code, options, token, path, size, block2 = { number: 0, more: false, szx: LARGEST_SZX } } = request
    const resource = resources[path]!
    if (code !== Code.get) return drop(Code.methodNotAllowed, "E_PATH")
    const format = resource.options.find(({ number }) => number === Option.contentFormat)!
    const accept = optionOf(options, Option.accept)
    if (accept && !equalBytes(accept, format.value)) return drop(Code.notAcceptable, "E_PATH")
    const etag = etagOf(resource)
    if (options.some(({ number, value }) => number === Option.etag && equalBytes(value, etag.value)))
      return { code: Code.valid, payload: NOTHING, options: [etag] }
    if (!isSmall(resource.body, token, size) && !isReachable(request)) return askForEcho(request)
    return sliceOf(resource, block2) ?? drop(Code.badRequest, "E_BLOCK")
  }

  /** A block of a request (RFC 7959 §2.5, §3.2). Memory is only for who is where he says. */
  async function assemble(request: Request, topic: Topic, block1: Block): Promise<Reply | undefined> {
    const { peer, payload, options } = request
    const key = keyOf(request)
    if (!transfers.has(key) && !isReachable(request)) return askForEcho(request)
    const received = transfers.receive(key, peer.address, block1, payload, uintOf(optionOf(options, Option.size1)))
    switch (received.step) {
      case "continue":
        return {
          code: Code.continue,
          payload: NOTHING,
          options: [{ number: Option.block1, value: encodeBlock(block1) }],
        }
      case "wait":
        return undefined
      case "incomplete":
        return drop(Code.incomplete, "E_BLOCK_MISSING")
      case "malformed":
        return drop(Code.badRequest, "E_BLOCK")
      case "tooLarge":
        return drop(Code.tooLarge, "E_BODY_TOO_LARGE", [{ number: Option.size1, value: optionUint(MAX_TRANSFER) }])
      case "full":
        return drop(Code.unavailable, "E_TRANSFERS_FULL", again)
      case "answer":
        return firstOf(received.answer, block1, request.block2)
    }
    const answer = await handle(topic, received.body)
    return answer && begin(request, bodyOf(answer))
  }

  /** The next block of an answer (§3.3). */
  function goOn(request: Request, block2: Block): Reply {
    const body = transfers.answer(keyOf(request))
    if (!body) return drop(Code.incomplete, "E_BLOCK_MISSING")
    return sliceOf(body, block2) ?? drop(Code.badRequest, "E_BLOCK")
  }

  /** The first of an answer. What came in blocks may be asked for again; so may what goes in blocks. */
  function begin(request: Request, body: Body): Reply {
    const { block1, block2, peer } = request
    const reply = firstOf(body, block1, block2)
    const isKept = block1 || reply.payload.length < body.body.length
    if (isKept && !transfers.keep(keyOf(request), peer.address, body))
      return drop(Code.unavailable, "E_TRANSFERS_FULL", again)
    return reply
  }

  function isReachable({ peer, options }: Request): boolean {
    return reachability.proven(peer.address, optionOf(options, Option.echo))
  }

  function askForEcho({ peer }: Request): Reply {
    const echo = { number: Option.echo, value: reachability.challenge(peer.address) }
    return { ...drop(Code.unauthorized, "E_ECHO", [echo]), payload: NOTHING }
  }

  function drop(code: number, error: string, options: readonly CoapOption[] = []): Reply {
    meter.dropped(error)
    return { code, payload: Buffer.from(error), options }
  }
}

/** Of a body too large for one datagram: blocks of this size would do (RFC 7959 §2.9.3). */
const inBlocks = {
  number: Option.block1,
  value: encodeBlock({ number: 0, more: false, szx: LARGEST_SZX }),
}

function bodyOf({ kind, body, retryAfter = MOMENT }: Answer): Body {
  const options = kind === "changed" ? contentFormat : kind === "busy" ? againAfter(retryAfter) : []
  return { code: codes[kind], body, options }
}

/** What belongs together: one sender, one path, one Request-Tag (RFC 9175 §3.3). Tokens may differ (RFC 7959 §2.5). */
function keyOf({ peer, path, options }: Request): string {
  const tags = options.filter(({ number }) => number === Option.requestTag).map(({ value }) => toHex(value))
  return [peer.address, peer.port, path, ...tags].join(" ")
}

function pathOf(options: readonly CoapOption[]): string {
  const segments = options.filter(({ number }) => number === Option.uriPath)
  return segments.map(({ value }) => Buffer.from(value).toString()).join("/")
}

function blockOf(options: readonly CoapOption[], number: number): Block | "malformed" | undefined {
  const value = optionOf(options, number)
  return value && (decodeBlock(value) ?? "malformed")
}

function optionOf(options: readonly CoapOption[], number: number): Uint8Array | undefined {
  return options.find((option) => option.number === number)?.value
}

function uintOf(value: Uint8Array = NOTHING): number {
  return value.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** Whether an answer may go to somebody who has proved nothing. */
function isSmall(payload: Uint8Array, token: Uint8Array, size: number): boolean {
  return HEAD_BYTES + token.length + payload.length <= AMPLIFICATION * size
}
