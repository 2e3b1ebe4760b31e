/**
 * CoAP messages (RFC 7252 §3), as much as a server of few resources needs. Not npm `coap`: its server keeps every answer
 * for 247 s, starts a timer a request and reassembles blocks for anyone; here an unknown sender costs one datagram.
 */
import { GatewayError } from "../errors.ts"

export const Type = { confirmable: 0, nonConfirmable: 1, acknowledgement: 2, reset: 3 } as const

export const Code = {
  empty: 0,
  get: 0x01,
  post: 0x02,
  valid: 0x43,
  changed: 0x44,
  content: 0x45,
  continue: 0x5f,
  badRequest: 0x80,
  unauthorized: 0x81,
  badOption: 0x82,
  notFound: 0x84,
  methodNotAllowed: 0x85,
  notAcceptable: 0x86,
  incomplete: 0x88,
  tooLarge: 0x8d,
  unavailable: 0xa3,
} as const

export interface CoapMessage {
  type: number
  code: number
  messageId: number
  token: Uint8Array
  options: CoapOption[]
  payload: Uint8Array
}

export interface CoapOption {
  number: number
  value: Uint8Array
}

const VERSION = 1
const PAYLOAD_MARKER = 0xff
const NOTHING = new Uint8Array(0)

/** Throws `E_COAP`. */
export function parseCoap(bytes: Uint8Array): CoapMessage {
  const first = bytes[0] ?? 0
  const tokenLength = first & 15
  if (bytes.length < 4 + tokenLength || first >> 6 !== VERSION || tokenLength > 8) refuse("no header of version 1")
  const message: CoapMessage = {
    type: (first >> 4) & 3,
    code: bytes[1]!,
    messageId: bytes[2]! * 256 + bytes[3]!,
    token: bytes.subarray(4, 4 + tokenLength),
    options: [],
    payload: NOTHING,
  }
  let offset = 4 + tokenLength
  let number = 0
  const extended = (nibble: number): number => {
    if (nibble < 13) return nibble
    if (nibble === 15) refuse("an option head with the reserved value 15")
    const size = nibble === 13 ? 1 : 2
    if (offset + size > bytes.length) refuse("an option that ends too early")
    const value = size === 1 ? bytes[offset]! + 13 : bytes[offset]! * 256 + bytes[offset + 1]! + 269
    offset += size
    return value
  }
  while (offset < bytes.length) {
    const head = bytes[offset++]!
    if (head === PAYLOAD_MARKER) {
      if (offset === bytes.length) refuse("a payload marker without payload")
      message.payload = bytes.subarray(offset)
      break
    }
    number += extended(head >> 4)
    const length = extended(head & 15)
    if (offset + length > bytes.length) refuse("an option that ends too early")
    message.options.push({ number, value: bytes.subarray(offset, offset + length) })
    offset += length
  }
  if (message.code === Code.empty && bytes.length > 4) refuse("an empty message with content")
  return message
}

/** `options` in the order of their numbers. */
export function encodeCoap(
  type: number,
  code: number,
  messageId: number,
  token: Uint8Array,
  payload: Uint8Array = NOTHING,
  options: readonly CoapOption[] = [],
): Uint8Array {
  const listed: number[] = []
  let last = 0
  for (const { number, value } of options) {
    pushOption(listed, number - last, value)
    last = number
  }
  const body = payload.length ? 1 + payload.length : 0
  const out = new Uint8Array(4 + token.length + listed.length + body)
  out.set([(VERSION << 6) | (type << 4) | token.length, code, messageId >> 8, messageId & 255])
  out.set(token, 4)
  out.set(listed, 4 + token.length)
  if (body) {
    out[out.length - body] = PAYLOAD_MARKER
    out.set(payload, out.length - payload.length)
  }
  return out
}

/** RFC 7252 §3.1: both numbers in four bits, or what is above 13 or 269 in one or two bytes more. */
function pushOption(out: number[], delta: number, value: Uint8Array): void {
  out.push((nibble(delta) << 4) | nibble(value.length), ...extension(delta), ...extension(value.length), ...value)
}

const nibble = (value: number) => (value < 13 ? value : value < 269 ? 13 : 14)
const extension = (value: number) =>
  value < 13 ? [] : value < 269 ? [value - 13] : [(value - 269) >> 8, (value - 269) & 255]

function refuse(what: string): never {
  throw new GatewayError("E_COAP", `CoAP message: ${what}.`)
}
