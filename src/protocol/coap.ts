/** What both ends of the CoAP link must agree on (docs/protocol.md §2). */

/** `POST /h`: enrolment; `POST /r`: envelope. */
export const Path = { hello: "h", report: "r" } as const

/** application/cbor-seq (RFC 8742): every body is a CBOR sequence, if of one item. */
export const CONTENT_FORMAT = 63

/** Largest datagram body, in bytes: fits an IPv6 minimum MTU with headers (RFC 7252 §4.6). */
export const MAX_BODY = 1152
