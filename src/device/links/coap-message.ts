/** The little of CoAP (RFC 7252) that a device speaks: NON POST with one path segment out, any answer in. */
import { concat, uintBytes, utf8Encode } from "../../protocol/bytes.ts"
import { CONTENT_FORMAT, Option } from "../../protocol/coap.ts"

const VERSION = 1
export const Type = { confirmable: 0, nonConfirmable: 1, acknowledgement: 2, reset: 3 } as const
const POST = 0x02
const PAYLOAD_MARKER = 0xff
const TOKEN_LENGTH = 4
const NOTHING = new Uint8Array(0)
const HEAD = new Uint8Array([(VERSION << 6) | (Type.nonConfirmable << 4) | TOKEN_LENGTH, POST])

export type CoapOption = readonly [number: number, value: Uint8Array]

export interface CoapAnswer {
  type: number
  /** class * 32 + detail: 2.04 is 0x44 */
  code: number
  messageId: number
  token: Uint8Array
  options: CoapOption[]
  payload: Uint8Array
}

/** Message id and token derive from the request number: a rebooted device never gets a cached answer (§4.4, §5.3.1). */
export function tokenOf(request: number): Uint8Array {
  return uintBytes(request % 2 ** 32, TOKEN_LENGTH)
}

export function encodePost(path: string, request: number, body: Uint8Array): Uint8Array {
  const segment = utf8Encode(path)
  return concat(
    HEAD,
    uintBytes(request % 2 ** 16, 2),
    tokenOf(request),
    new Uint8Array([(Option.uriPath << 4) | segment.length]),
    segment,
    new Uint8Array([0x11, CONTENT_FORMAT, PAYLOAD_MARKER]), // option 12, Content-Format
    body,
  )
}

/** One message of an exchange in blocks: `options` above Content-Format, in the order of their numbers. */
export function encodeBlockPost(
  path: string,
  request: number,
  messageId: number,
  options: readonly CoapOption[],
  part: Uint8Array = NOTHING,
): Uint8Array {
  const format: CoapOption[] = part.length ? [[Option.contentFormat, new Uint8Array([CONTENT_FORMAT])]] : []
  const parts = [HEAD, uintBytes(messageId % 2 ** 16, 2), tokenOf(request)]
  let last = 0
  for (const [number, value] of [[Option.uriPath, utf8Encode(path)] as const, ...format, ...options]) {
    parts.push(encodeOptionHead(number - last, value.length), value)
    last = number
  }
  return part.length ? concat(...parts, new Uint8Array([PAYLOAD_MARKER]), part) : concat(...parts)
}

/** RFC 7252 §3.1: both numbers in four bits, or what is above 13 or 269 in one or two bytes more. */
function encodeOptionHead(delta: number, length: number): Uint8Array {
  const nibble = (value: number) => (value < 13 ? value : value < 269 ? 13 : 14)
  const bytes = [(nibble(delta) << 4) | nibble(length)]
  for (const value of [delta, length]) {
    if (value >= 269) bytes.push((value - 269) >> 8, (value - 269) & 255)
    else if (value >= 13) bytes.push(value - 13)
  }
  return new Uint8Array(bytes)
}

/** Empty acknowledgement of a confirmable answer (§4.2). */
export function encodeEmptyAck(messageId: number): Uint8Array {
  return concat(new Uint8Array([(VERSION << 6) | (Type.acknowledgement << 4), 0]), uintBytes(messageId, 2))
}

/** `undefined` where the datagram is not a well-formed message. */
export function decodeAnswer(datagram: Uint8Array): CoapAnswer | undefined {
  const first = datagram[0]
  if (first === undefined || datagram.length < 4 || first >> 6 !== VERSION) return undefined
  const tokenLength = first & 15
  if (tokenLength > 8 || datagram.length < 4 + tokenLength) return undefined
  const options: CoapOption[] = []
  const start = readOptions(datagram, 4 + tokenLength, options)
  if (start === undefined) return undefined
  return {
    type: (first >> 4) & 3,
    code: datagram[1]!,
    messageId: datagram[2]! * 256 + datagram[3]!,
    token: datagram.slice(4, 4 + tokenLength),
    options,
    payload: datagram.slice(start),
  }
}

/** Reads the options (§3.1); returns where the payload begins. */
function readOptions(datagram: Uint8Array, from: number, options: CoapOption[]): number | undefined {
  let offset = from
  let number = 0
  const extended = (nibble: number): number => {
    if (nibble < 13) return nibble
    if (nibble === 13) return 13 + (datagram[offset++] ?? 0)
    offset += 2
    return 269 + (datagram[offset - 2] ?? 0) * 256 + (datagram[offset - 1] ?? 0)
  }
  while (offset < datagram.length) {
    const byte = datagram[offset++]!
    if (byte === PAYLOAD_MARKER) return offset < datagram.length ? offset : undefined
    if (byte >> 4 === 15 || (byte & 15) === 15) return undefined
    number += extended(byte >> 4)
    const length = extended(byte & 15)
    options.push([number, datagram.slice(offset, offset + length)])
    offset += length
  }
  return offset === datagram.length ? offset : undefined
}
