/** The `wifi` link: CoAP over UDP, one datagram up, one down. */
import { equalBytes } from "../../protocol/bytes.ts"
import { MAX_BODY, Path } from "../../protocol/coap.ts"
import type { Link, LinkAnswer, LinkMessage } from "../ports.ts"
import { decodeAnswer, encodeEmptyAck, encodePost, Type, tokenOf } from "./coap-message.ts"

/** An unconnected datagram socket towards the gateway. */
export interface Datagrams {
  send(bytes: Uint8Array): void
  onMessage?: (bytes: Uint8Array) => void
  close(): void
}

/** One alarm at a time. */
export interface Timer {
  set(micros: number, callback: () => void): void
  clear(): void
}

const UNAUTHORIZED = 0x81
const SERVICE_UNAVAILABLE = 0xa3

export class CoapLink implements Link {
  readonly maxBody = MAX_BODY
  readonly #datagrams: Datagrams
  readonly #timer: Timer

  constructor(options: { datagrams: Datagrams; timer: Timer }) {
    this.#datagrams = options.datagrams
    this.#timer = options.timer
  }

  exchange({ kind, body, request, timeout }: LinkMessage): Promise<LinkAnswer | undefined> {
    const token = tokenOf(request)
    return new Promise((resolve) => {
      const finish = (answer: LinkAnswer | undefined) => {
        this.#timer.clear()
        delete this.#datagrams.onMessage
        resolve(answer)
      }
      this.#datagrams.onMessage = (datagram) => {
        const answer = decodeAnswer(datagram)
        if (!answer) return
        if (answer.type === Type.confirmable) this.#datagrams.send(encodeEmptyAck(answer.messageId))
        // An empty message (code 0.00) only says that the answer comes later.
        if (answer.code === 0 || !equalBytes(answer.token, token)) return
        if (answer.code >> 5 === 2) finish({ ok: true, body: answer.payload })
        else if (answer.code === UNAUTHORIZED) finish({ ok: false, reason: "refused" })
        else if (answer.code === SERVICE_UNAVAILABLE) finish({ ok: false, reason: "busy" })
        // Any other code names a fault in this very message: waiting for a better answer is pointless, so is trusting it.
        else finish(undefined)
      }
      this.#timer.set(timeout, () => finish(undefined))
      this.#datagrams.send(encodePost(Path[kind], request, body))
    })
  }

  close(): void {
    this.#timer.clear()
    this.#datagrams.close()
  }
}
