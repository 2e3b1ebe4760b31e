/** The `wifi` link: CoAP over UDP, one datagram up, one down; what is larger goes in blocks where the air is good. */
import { equalBytes } from "../../protocol/bytes.ts"
import { MAX_BODY, Option, Path } from "../../protocol/coap.ts"
import type { Link, LinkAnswer, LinkMessage } from "../ports.ts"
import { type CoapOption, decodeAnswer, encodeEmptyAck, encodePost, Type, tokenOf } from "./coap-message.ts"
import { CoapTransfer } from "./coap-transfer.ts"

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

export interface CoapLinkOptions {
  datagrams: Datagrams
  timer: Timer
  /** largest body in blocks, both ways, bytes; default: four blocks */
  largest?: number
  /** what `remember` gave in the last wake */
  remembered?: Uint8Array
}

const UNAUTHORIZED = 0x81
const SERVICE_UNAVAILABLE = 0xa3
const LARGEST = 4096
/** A block that is not answered goes out again after this long (µs), so often. */
const REPEAT = 250_000
const REPEATS = 5
/** What is remembered of the last wake: it was answered at the first try. */
const GOOD = 1

export class CoapLink implements Link {
  readonly name = "wifi"
  readonly mtu = MAX_BODY
  readonly #datagrams: Datagrams
  readonly #timer: Timer
  readonly #largest: number
  /** Over bad air blocks cost more than they bring: each one needs its own answer. */
  #good: boolean
  #exchanges = 0

  constructor({ datagrams, timer, largest = LARGEST, remembered }: CoapLinkOptions) {
    this.#datagrams = datagrams
    this.#timer = timer
    this.#largest = largest
    this.#good = remembered?.[0] === GOOD
  }

  get maxBody(): number {
    return this.#good ? this.#largest : MAX_BODY
  }

  exchange({ kind, body, request, timeout }: LinkMessage): Promise<LinkAnswer | undefined> {
    const path = Path[kind]
    const token = tokenOf(request)
    const transfer = body.length > MAX_BODY ? new CoapTransfer({ path, request, body, most: this.#largest }) : undefined
    // Made out here: a board's stack is short, and the promise's executor lies deeper.
    const first = transfer ? transfer.message : encodePost(path, request, body)
    return new Promise((resolve) => {
      const finish = (answer: LinkAnswer | undefined) => {
        this.#timer.clear()
        delete this.#datagrams.onMessage
        this.#note(answer)
        resolve(answer)
      }
      let repeats = 0
      const send = (datagram: Uint8Array) => {
        this.#timer.set(transfer ? REPEAT : timeout, () => {
          if (!transfer || repeats++ === REPEATS) finish(undefined)
          else send(transfer.message)
        })
        this.#datagrams.send(datagram)
      }
      this.#datagrams.onMessage = (datagram) => {
        const answer = decodeAnswer(datagram)
        if (!answer) return
        if (answer.type === Type.confirmable) this.#datagrams.send(encodeEmptyAck(answer.messageId))
        // An empty message (code 0.00) only says that the answer comes later.
        if (answer.code === 0 || !equalBytes(answer.token, token)) return
        const step = transfer ? transfer.take(answer) : { code: answer.code, body: answer.payload }
        if (step === "ignore") return
        if (step !== "next") return finish(meaningOf(step.code, step.body, answer.options))
        repeats = 0
        send(transfer!.message)
      }
      send(first)
    })
  }

  remember(): Uint8Array {
    return new Uint8Array([this.#good ? GOOD : 0])
  }

  close(): void {
    this.#timer.clear()
    this.#datagrams.close()
  }

  /** Good air: every exchange of a wake was answered. */
  #note(answer: LinkAnswer | undefined): void {
    this.#good = answer?.ok === true && (this.#good || this.#exchanges === 0)
    this.#exchanges++
  }
}

function meaningOf(code: number, body: Uint8Array, options: readonly CoapOption[]): LinkAnswer | undefined {
  if (code >> 5 === 2) return { ok: true, body }
  if (code === UNAUTHORIZED) return { ok: false, reason: "refused" }
  if (code === SERVICE_UNAVAILABLE) return { ok: false, reason: "busy", ...laterOf(options) }
  // Any other code names a fault in this very message: waiting for a better answer is pointless, so is trusting it.
  return undefined
}

/** RFC 7252 §5.9.3.4: Max-Age says after how many seconds to try again. */
function laterOf(options: readonly CoapOption[]): { retryAfter?: number } {
  const maxAge = options.find(([number]) => number === Option.maxAge)?.[1]
  return maxAge ? { retryAfter: 1e6 * maxAge.reduce((sum, byte) => sum * 256 + byte, 0) } : {}
}
