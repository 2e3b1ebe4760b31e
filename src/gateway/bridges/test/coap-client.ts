/** A client that sends and takes bodies in blocks, for tests: below the socket, over air that loses, repeats and delays. */
import { blockSize, decodeBlock, encodeBlock, Option, optionUint } from "../../../protocol/coap.ts"
import type { CoapExchange, Peer } from "../coap-exchange.ts"
import { type CoapMessage, type CoapOption, Code, encodeCoap, parseCoap, Type } from "../coap-message.ts"

export const TOKEN = new Uint8Array([1, 2])
const NOTHING: Uint8Array = new Uint8Array(0)
const TRIES = 200

export interface Air {
  /** How often a datagram arrives: 0 is lost, 2 is repeated. */
  copies(): number
}

export interface ClientOptions {
  exchange: CoapExchange
  peer?: Peer
  air?: Air
  szx?: number
  tag?: Uint8Array
}

export class BlockClient {
  readonly #options: Required<ClientOptions>
  #echo: Uint8Array | undefined
  #messageId = 0

  constructor({ exchange, peer = { address: "192.0.2.7", port: 40_000 }, air, szx = 6, tag = NOTHING }: ClientOptions) {
    this.#options = { exchange, peer, air: air ?? { copies: () => 1 }, szx, tag }
  }

  /** The last answer, its payload that of all blocks. */
  async post(path: string, body: Uint8Array): Promise<CoapMessage> {
    const { szx } = this.#options
    const size = blockSize({ szx })
    let answer: CoapMessage | undefined
    for (let number = 0; number * size < Math.max(1, body.length); number++) {
      const more = (number + 1) * size < body.length
      const value = encodeBlock({ number, more, szx })
      const part = body.subarray(number * size, (number + 1) * size)
      const size1 = number === 0 ? [{ number: Option.size1, value: optionUint(body.length) }] : []
      answer = await this.ask(path, [{ number: Option.block1, value }, ...size1], part)
      if (more && answer.code !== Code.continue) return answer
    }
    return this.#rest(path, answer!)
  }

  /** Sends until an answer comes through, and proves its address where asked to. */
  async ask(path: string, options: CoapOption[], payload = NOTHING, code: number = Code.post): Promise<CoapMessage> {
    const { exchange, peer, air, tag } = this.#options
    for (let tries = 0; tries < TRIES; tries++) {
      const all = [
        ...path.split("/").map((segment) => ({ number: Option.uriPath, value: Buffer.from(segment) })),
        ...options,
        ...(this.#echo ? [{ number: Option.echo, value: this.#echo }] : []),
        ...(tag.length ? [{ number: Option.requestTag, value: tag }] : []),
      ].toSorted((a, b) => a.number - b.number)
      const datagram = encodeCoap(Type.nonConfirmable, code, ++this.#messageId & 0xffff, TOKEN, payload, all)
      let heard: CoapMessage | undefined
      for (let copies = air.copies(); copies > 0; copies--) {
        const answer = await exchange(datagram, peer)
        if (answer && air.copies() > 0) heard = parseCoap(answer)
      }
      const echo = heard && optionOf(heard, Option.echo)
      if (echo) this.#echo = new Uint8Array(echo)
      else if (heard) return heard
    }
    throw new Error(`no answer in ${TRIES} tries`)
  }

  async #rest(path: string, first: CoapMessage): Promise<CoapMessage> {
    const parts = [first.payload]
    let value = optionOf(first, Option.block2)
    for (let number = 1; value && decodeBlock(value)!.more; number++) {
      const { szx } = decodeBlock(value)!
      const wanted = encodeBlock({ number, more: false, szx })
      const next = await this.ask(path, [{ number: Option.block2, value: wanted }])
      value = optionOf(next, Option.block2)
      if (!value || String(optionOf(next, Option.etag)) !== String(optionOf(first, Option.etag)))
        throw new Error(`block ${number} is not of this body: code ${next.code}`)
      parts.push(next.payload)
    }
    return { ...first, payload: new Uint8Array(Buffer.concat(parts)) }
  }
}

export function optionOf({ options }: Pick<CoapMessage, "options">, number: number): Uint8Array | undefined {
  return options.find((option) => option.number === number)?.value
}
