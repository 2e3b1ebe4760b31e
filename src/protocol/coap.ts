/** What both ends of the CoAP link must agree on (docs/protocol.md §2). */

/** `POST /h`: enrolment; `POST /r`: envelope. */
export const Path = { hello: "h", report: "r" } as const

/** application/cbor-seq (RFC 8742): every body is a CBOR sequence, if of one item. */
export const CONTENT_FORMAT = 63

/** Largest datagram body, in bytes: fits an IPv6 minimum MTU with headers (RFC 7252 §4.6). */
export const MAX_BODY = 1152

/** Largest body in blocks, in bytes. CCM with a length of two bytes ends there too (RFC 9053 §4.2). */
export const MAX_TRANSFER = 65_536

/** RFC 7252 §12.2, RFC 7959 §6, RFC 9175 §6. */
export const Option = {
  uriHost: 3,
  etag: 4,
  uriPort: 7,
  uriPath: 11,
  contentFormat: 12,
  maxAge: 14,
  uriQuery: 15,
  accept: 17,
  block2: 23,
  block1: 27,
  size2: 28,
  size1: 60,
  echo: 252,
  requestTag: 292,
} as const

/** Size exponent of the largest block, 1,024 bytes (RFC 7959 §2.2). */
export const LARGEST_SZX = 6

/** A Block1 or Block2 option. */
export interface Block {
  number: number
  more: boolean
  /** size exponent, 0 to 6: blocks of 16 to 1,024 bytes */
  szx: number
}

export function blockSize({ szx }: Pick<Block, "szx">): number {
  return 1 << (szx + 4)
}

/** The option's value: an unsigned integer in as few bytes as hold it (RFC 7959 §2.2, RFC 7252 §3.2). */
export function encodeBlock({ number, more, szx }: Block): Uint8Array {
  return optionUint((number << 4) | (more ? 8 : 0) | szx)
}

/** `undefined` where the value is none: too long, or of the reserved size. */
export function decodeBlock(value: Uint8Array): Block | undefined {
  if (value.length > 3) return undefined
  const word = value.reduce((sum, byte) => sum * 256 + byte, 0)
  const szx = word & 7
  return szx > LARGEST_SZX ? undefined : { number: word >> 4, more: (word & 8) !== 0, szx }
}

/** RFC 7252 §3.2: big-endian, without leading zeros; 0 is empty. Below 2^32. */
export function optionUint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return new Uint8Array(bytes)
}
