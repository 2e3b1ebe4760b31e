/** The little of CoAP (RFC 7252) that a device speaks: NON POST with one path segment out, any answer in. */
import { concat, uintBytes, utf8Encode } from "../../protocol/bytes.ts"
import { CONTENT_FORMAT } from "../../protocol/coap.ts"

const VERSION = 1
export const Type = { confirmable: 0, nonConfirmable: 1, acknowledgement: 2, reset: 3 } as const
const POST = 0x02
const PAYLOAD_MARKER = 0xff
const TOKEN_LENGTH = 4

export interface CoapAnswer {
  type: number
  /** class * 32 + detail: 2.04 is 0x44 */
  code: number
  messageId: number
  token: Uint8Array
  payload: Uint8Array
}

/** Message id and token derive from the request number: a rebooted device never gets a cached answer (§4.4, §5.3.1). */
export function tokenOf(request: number): Uint8Array {
  return uintBytes(request % 2 ** 32, TOKEN_LENGTH)
}

export function encodePost(path: string, request: number, body: Uint8Array): Uint8Array {
  const segment = utf8Encode(path)
  return concat(
    new Uint8Array([(VERSION << 6) | (Type.nonConfirmable << 4) | TOKEN_LENGTH, POST]),
    uintBytes(request % 2 ** 16, 2),
    tokenOf(request),
    new Uint8Array([0xb0 | segment.length]), // option 11, Uri-Path
    segment,
    new Uint8Array([0x11, CONTENT_FORMAT, PAYLOAD_MARKER]), // option 12, Content-Format
    body,
  )
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
  const start = payloadStart(datagram, 4 + tokenLength)
  if (start === undefined) return undefined
  return {
    type: (first >> 4) & 3,
    code: datagram[1]!,
    messageId: datagram[2]! * 256 + datagram[3]!,
    token: datagram.slice(4, 4 + tokenLength),
    payload: datagram.slice(start),
  }
}

/** Walks over the options (§3.1); no option of an answer matters to a device. */
function payloadStart(datagram: Uint8Array, from: number): number | undefined {
  let offset = from
  while (offset < datagram.length) {
    const head = datagram[offset++]!
    if (head === PAYLOAD_MARKER) return offset < datagram.length ? offset : undefined
    const delta = head >> 4
    let length = head & 15
    if (delta === 15 || length === 15) return undefined
    offset += delta === 13 ? 1 : delta === 14 ? 2 : 0
    if (length === 13) length = 13 + (datagram[offset++] ?? 0)
    else if (length === 14) {
      length = 269 + (datagram[offset] ?? 0) * 256 + (datagram[offset + 1] ?? 0)
      offset += 2
    }
    offset += length
  }
  return offset === datagram.length ? offset : undefined
}
