/** Answers, whole or a block at a time (RFC 7959 §2). */
import { createHash } from "node:crypto"
import { type Block, blockSize, encodeBlock, Option, optionUint } from "../../protocol/coap.ts"
import { type CoapOption, Code } from "./coap-message.ts"

const ETAG_BYTES = 4

/** An answer before it is cut to what one message takes. */
export interface Body {
  code: number
  body: Uint8Array
  /** Content-Format, Max-Age: what the whole of it has */
  options: readonly CoapOption[]
}

/** What goes into one message. */
export interface Reply {
  code: number
  payload: Uint8Array
  options: readonly CoapOption[]
}

/** Tells blocks of one body from those of another (§2.4). */
export function etagOf({ body }: Pick<Body, "body">): CoapOption {
  return { number: Option.etag, value: createHash("sha256").update(body).digest().subarray(0, ETAG_BYTES) }
}

/** The part that a Block2 option asks for; `undefined`: there is none. */
export function sliceOf(body: Body, { number, szx }: Block, block1?: CoapOption): Reply | undefined {
  const size = blockSize({ szx })
  const from = number * size
  const total = body.body.length
  if (from >= total && number > 0) return undefined
  const value = encodeBlock({ number, more: from + size < total, szx })
  const options = [
    ...[etagOf(body), ...body.options, { number: Option.block2, value }, ...(block1 ? [block1] : [])],
    ...(number === 0 ? [{ number: Option.size2, value: optionUint(total) }] : []),
  ]
  return { code: body.code, payload: body.body.subarray(from, from + size), options }
}

/** The first part: all of it where it fits what the request was cut to, or asked for. */
export function firstOf(body: Body, block1: Block | undefined, block2: Block | undefined): Reply {
  const accepted = block1 && { number: Option.block1, value: encodeBlock({ ...block1, more: false }) }
  const wanted = block2 ?? block1
  const isWhole = !wanted || body.code >= Code.badRequest || body.body.length <= blockSize(wanted)
  if (!isWhole) return sliceOf(body, { number: 0, more: false, szx: wanted.szx }, accepted)!
  return { code: body.code, payload: body.body, options: [...body.options, ...(accepted ? [accepted] : [])] }
}
