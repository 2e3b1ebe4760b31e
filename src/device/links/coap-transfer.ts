/**
 * An exchange in blocks (RFC 7959): the request's go up one by one, then the answer's come down. Each message is sent
 * again, as it was, until its answer comes: what decides is the block number, so a late answer does no harm.
 */
import { concat } from "../../protocol/bytes.ts"
import { blockSize, decodeBlock, encodeBlock, LARGEST_SZX, Option, optionUint } from "../../protocol/coap.ts"
import { type CoapAnswer, encodeBlockPost, tokenOf } from "./coap-message.ts"

const CONTINUE = 0x5f
const UNAUTHORIZED = 0x81

export interface TransferOptions {
  path: string
  request: number
  body: Uint8Array
  /** of the answer's body, bytes */
  most: number
}

export class CoapTransfer {
  readonly #options: TransferOptions
  /** the block under way, of the request, and then of the answer */
  #up = 0
  #down = 0
  #szx = LARGEST_SZX
  #parts: Uint8Array[] = []
  #length = 0
  #etag: Uint8Array | undefined
  #echo: Uint8Array | undefined
  #messages = 0

  constructor(options: TransferOptions) {
    this.#options = options
  }

  /** The message to send now: also what to send again where nothing came. */
  get message(): Uint8Array {
    const { path, request, body } = this.#options
    const tag = [Option.requestTag, tokenOf(request)] as const
    const messageId = request + this.#messages++
    if (this.#down > 0) {
      const value = encodeBlock({ number: this.#down, more: false, szx: this.#szx })
      return encodeBlockPost(path, request, messageId, [[Option.block2, value], tag])
    }
    const size = blockSize({ szx: this.#szx })
    const from = this.#up * size
    const value = encodeBlock({ number: this.#up, more: from + size < body.length, szx: this.#szx })
    const size1 = this.#up === 0 ? [[Option.size1, optionUint(body.length)] as const] : []
    const echo = this.#echo ? [[Option.echo, this.#echo] as const] : []
    const options = [[Option.block1, value] as const, ...size1, ...echo, tag]
    return encodeBlockPost(path, request, messageId, options, body.subarray(from, from + size))
  }

  /**
   * What an answer with our token means: - `next`: there is another message to send. - `ignore`: nothing. - an answer: the
   * whole of it; a code that is no success means that this exchange has failed.
   */
  take(answer: CoapAnswer): "next" | "ignore" | { code: number; body: Uint8Array } {
    const { code, options, payload } = answer
    const echo = optionOf(options, Option.echo)
    if (code === UNAUTHORIZED && echo) {
      // More than one where the first block was sent again; none of them is about the session.
      const first = !this.#echo
      this.#echo = echo
      return first ? "next" : "ignore"
    }
    const block1 = decodeBlock(optionOf(options, Option.block1) ?? new Uint8Array(4))
    if (code === CONTINUE) return block1 && this.#down === 0 ? this.#continue(block1.number, block1.szx) : "ignore"
    if (code >> 5 !== 2) return { code, body: payload }
    return this.#collect(answer)
  }

  /** The gateway has block `number`; it may want smaller ones from then on (§2.3). */
  #continue(number: number, szx: number): "next" | "ignore" {
    if (number !== this.#up) return "ignore"
    const done = (number + 1) * blockSize({ szx: this.#szx })
    if (done >= this.#options.body.length) return "ignore"
    this.#szx = Math.min(szx, this.#szx)
    this.#up = done / blockSize({ szx: this.#szx })
    return "next"
  }

  #collect({ code, options, payload }: CoapAnswer): ReturnType<CoapTransfer["take"]> {
    const value = optionOf(options, Option.block2)
    if (!value) return this.#down > 0 ? "ignore" : { code, body: payload }
    const block = decodeBlock(value)
    if (!block || block.number !== this.#down) return "ignore"
    const etag = optionOf(options, Option.etag)
    const mixed = this.#down > 0 && String(etag) !== String(this.#etag)
    this.#length += payload.length
    // Blocks of another body, or a body that does not fit here: there will be no answer to this request.
    if (mixed || this.#length > this.#options.most) return { code: 0, body: payload }
    this.#etag = etag
    this.#parts.push(payload)
    if (!block.more) return { code, body: concat(...this.#parts) }
    this.#szx = block.szx
    this.#down++
    return "next"
  }
}

function optionOf(options: CoapAnswer["options"], wanted: number): Uint8Array | undefined {
  for (const [number, value] of options) if (number === wanted) return value
  return undefined
}
