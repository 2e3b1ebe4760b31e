/**
 * One message of an exchange, on links that bring no protocol of their own for it (docs/protocol.md §2): what it is, a
 * token that pairs answer and request, and the body.
 */
import { concat } from "./bytes.ts"

/** The ways between device and gateway that there are words for. */
export type LinkName = "wifi" | "zigbee" | "lora" | "serial"

/** How well a frame was received, as far as the radio tells: dBm, 0 to 255, dB. */
export interface LinkQuality {
  rssi?: number
  lqi?: number
  snr?: number
}

/** Requests below 0x80, answers from there on. */
export const LinkCode = {
  hello: 0x01,
  report: 0x02,
  changed: 0x80,
  badRequest: 0x81,
  unauthorized: 0x82,
  notFound: 0x83,
  tooLarge: 0x84,
  busy: 0x85,
} as const

export const LINK_HEAD = 3

export interface LinkMessageBytes {
  code: number
  /** the low 16 bits of the request number */
  token: number
  body: Uint8Array
}

export function encodeLinkMessage(code: number, token: number, body: Uint8Array): Uint8Array {
  return concat(new Uint8Array([code, token >> 8, token]), body)
}

/** `undefined` where there is not even a head. The body is a view of `bytes`. */
export function decodeLinkMessage(bytes: Uint8Array): LinkMessageBytes | undefined {
  if (bytes.length < LINK_HEAD) return undefined
  return { code: bytes[0]!, token: bytes[1]! * 256 + bytes[2]!, body: bytes.subarray(LINK_HEAD) }
}

/** Enough to tell an answer from a late one; the envelope itself names the whole request number. */
export function tokenOfRequest(request: number): number {
  return request % 65_536
}
