/** Sender of one packet in ACK-on-Error mode (RFC 8724 §8.4.3.1). */
import { DormouseError } from "../errors.ts"
import {
  decodeAck,
  encodeFragment,
  encodeRequest,
  encodeSenderAbort,
  headerBits,
  paddingOf,
  RCS_BITS,
  rcsOf,
} from "./messages.ts"
import type { FragmentRule } from "./rules.ts"
import type { Outgoing, SenderState } from "./session.ts"

export class ErrorSender implements Outgoing {
  readonly rule: FragmentRule
  readonly #dtag: number
  readonly #packet: Uint8Array
  readonly #bits: number
  readonly #tiles: number
  /** whether the last tile goes in the All-1 */
  readonly #lastInAll1: boolean
  /** tiles that are to be sent, or sent again */
  readonly #pending: Uint8Array
  /** what follows the pending tiles */
  #then: "all-1" | "request" | "abort" | undefined = "all-1"
  /** the receiver has the All-1 */
  #hasAll1 = false
  #attempts = 0
  #state: SenderState = "sending"

  /** `mtu`: bytes of the smallest frame in sight, without the rule id. Throws `E_SCHC_SIZE`. */
  constructor(rule: FragmentRule, dtag: number, packet: Uint8Array, mtu: number, bits = packet.length * 8) {
    this.rule = rule
    this.#dtag = dtag
    this.#packet = packet
    this.#bits = bits
    this.#tiles = Math.ceil(bits / this.#tileBits)
    const most = 2 ** rule.m * rule.windowSize
    if (this.#tiles > most || mtu * 8 < headerBits(rule) + this.#tileBits)
      throw new DormouseError(
        "E_SCHC_SIZE",
        `A packet of ${packet.length} bytes in frames of ${mtu}: rule ${rule.id} takes ${most * rule.tile} bytes, in frames of ${Math.ceil(headerBits(rule) / 8) + rule.tile} or more.`,
      )
    const lastBits = bits - (this.#tiles - 1) * this.#tileBits
    this.#lastInAll1 = rule.lastTile === "all-1" && mtu * 8 >= headerBits(rule) + RCS_BITS + lastBits
    this.#pending = new Uint8Array(this.#tiles - (this.#lastInAll1 ? 1 : 0)).fill(1)
  }

  get state(): SenderState {
    return this.#state
  }

  next(mtu: number): Uint8Array | undefined {
    if (this.#state !== "sending") return undefined
    const first = this.#pending.indexOf(1)
    if (first >= 0 && this.#then !== "abort") return this.#regular(first, mtu)
    const then = this.#then
    this.#then = undefined
    this.#state = then === "abort" ? "failed" : "waiting"
    if (then === "abort") return encodeSenderAbort(this.rule, this.#dtag)
    this.#attempts++
    return then === "request" ? encodeRequest(this.rule, this.#dtag, this.#lastWindow) : this.#all1()
  }

  receive(bytes: Uint8Array): void {
    const ack = decodeAck(this.rule, bytes)
    if (!ack || ack.dtag !== this.#dtag || this.#state === "done" || this.#state === "failed") return
    if (ack.kind === "abort") this.#state = "failed"
    else if (!ack.whole) this.#repeat(ack.w, ack.bitmap)
    else if (ack.w === this.#lastWindow) this.#state = "done"
  }

  timeout(): void {
    if (this.#state !== "waiting") return
    this.#then = this.#attempts >= this.rule.maxAckRequests ? "abort" : this.#hasAll1 ? "request" : "all-1"
    this.#state = "sending"
  }

  get #tileBits(): number {
    return this.rule.tile * 8
  }

  get #lastWindow(): number {
    return Math.floor((this.#tiles - 1) / this.rule.windowSize)
  }

  #repeat(window: number, bitmap: readonly boolean[]): void {
    const first = window * this.rule.windowSize
    let missing = 0
    for (let i = 0; i < bitmap.length && first + i < this.#pending.length; i++)
      if (!bitmap[i]) {
        this.#pending[first + i] = 1
        missing++
      }
    const isLast = window === this.#lastWindow
    if (isLast && this.#lastInAll1 && bitmap.at(-1)) this.#hasAll1 = true
    // Still on its first way through the packet: the end is yet to come.
    if (this.#state === "sending" && this.#then === "all-1" && this.#attempts === 0) return
    if (!isLast && missing === 0) return
    // Everything is there, and yet it is not this packet: nothing that we could send again would help.
    if (isLast && missing === 0 && this.#hasAll1) this.#then = "abort"
    else this.#then = this.#hasAll1 || (this.#lastInAll1 && !isLast) ? "request" : "all-1"
    if (this.#then !== "abort" && this.#attempts >= this.rule.maxAckRequests) this.#then = "abort"
    this.#state = "sending"
  }

  #regular(first: number, mtu: number): Uint8Array {
    const room = Math.max(1, Math.floor((mtu * 8 - headerBits(this.rule)) / this.#tileBits))
    let end = first
    while (end < this.#pending.length && end - first < room && this.#pending[end]) this.#pending[end++] = 0
    const from = first * this.#tileBits
    const count = Math.min(end * this.#tileBits, this.#bits) - from
    const { windowSize } = this.rule
    const head = { dtag: this.#dtag, w: Math.floor(first / windowSize), fcn: windowSize - 1 - (first % windowSize) }
    return encodeFragment(this.rule, head, this.#packet, from, count)
  }

  #all1(): Uint8Array {
    const head = { dtag: this.#dtag, w: this.#lastWindow, fcn: 2 ** this.rule.n - 1 }
    const from = this.#lastInAll1 ? (this.#tiles - 1) * this.#tileBits : this.#bits
    const lastBits = this.#bits - (this.#tiles - 1) * this.#tileBits
    const padding = paddingOf(headerBits(this.rule) + lastBits) // an RCS ahead changes nothing in it
    const rcs = rcsOf(this.#packet, this.#bits + padding)
    return encodeFragment(this.rule, head, this.#packet, from, this.#bits - from, rcs)
  }
}
