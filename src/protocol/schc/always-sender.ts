/** Sender of one packet in ACK-Always mode (RFC 8724 §8.4.2.1): window after window, each acked. One tile a fragment. */
import { DormouseError } from "../errors.ts"
import {
  allOnes,
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

const WORD = 8

interface Tile {
  from: number
  bits: number
}

export class AlwaysSender implements Outgoing {
  readonly rule: FragmentRule
  readonly #dtag: number
  readonly #packet: Uint8Array
  readonly #bits: number
  #window = 0
  /** tiles of this window that were sent, the first one first */
  #tiles: Tile[] = []
  /** places in `#tiles` to send again */
  #missing: number[] = []
  #isLastWindow = false
  #then: "request" | "abort" | undefined
  #attempts = 0
  #state: SenderState = "sending"

  /** `mtu`: bytes of the smallest frame in sight, without the rule id. Throws `E_SCHC_SIZE`. */
  constructor(rule: FragmentRule, dtag: number, packet: Uint8Array, mtu: number, bits = packet.length * WORD) {
    if (mtu * WORD < headerBits(rule) + RCS_BITS + 2 * WORD)
      throw new DormouseError("E_SCHC_SIZE", `Frames of ${mtu} bytes are too small for rule ${rule.id}.`)
    this.rule = rule
    this.#dtag = dtag
    this.#packet = packet
    this.#bits = bits
  }

  get state(): SenderState {
    return this.#state
  }

  next(mtu: number): Uint8Array | undefined {
    if (this.#state !== "sending") return undefined
    if (this.#then) return this.#end(this.#then)
    const again = this.#missing.shift()
    if (again !== undefined) {
      if (this.#missing.length === 0) this.#state = "waiting"
      return this.#fragment(again)
    }
    this.#cut(mtu)
    if (this.#isLastWindow || this.#tiles.length === this.rule.windowSize) {
      this.#attempts = 0
      this.#state = "waiting"
    }
    return this.#fragment(this.#tiles.length - 1)
  }

  receive(bytes: Uint8Array): void {
    const ack = decodeAck(this.rule, bytes)
    if (!ack || ack.dtag !== this.#dtag || this.#state === "done" || this.#state === "failed") return
    if (ack.kind === "abort") {
      this.#state = "failed"
      return
    }
    if (ack.w !== this.#w || this.#state === "sending") return
    if (ack.whole && this.#isLastWindow) this.#state = "done"
    else if (ack.whole) this.#advance()
    else this.#repeat(ack.bitmap)
  }

  timeout(): void {
    if (this.#state !== "waiting") return
    this.#then = this.#attempts < this.rule.maxAckRequests ? "request" : "abort"
    this.#state = "sending"
  }

  get #w(): number {
    return this.#window & allOnes(this.rule.m)
  }

  #end(then: "request" | "abort"): Uint8Array {
    this.#then = undefined
    this.#state = then === "abort" ? "failed" : "waiting"
    if (then === "abort") return encodeSenderAbort(this.rule, this.#dtag)
    this.#attempts++
    return encodeRequest(this.rule, this.#dtag, this.#w)
  }

  #repeat(bitmap: readonly boolean[]): void {
    const { windowSize } = this.rule
    const isThere = (place: number) => bitmap[this.#isAll1(place) ? windowSize - 1 : place]
    this.#missing = this.#tiles.map((_, place) => place).filter((place) => !isThere(place))
    if (this.#missing.length > 0) {
      this.#attempts++
      if (this.#attempts > this.rule.maxAckRequests) this.#then = "abort"
      this.#state = "sending"
    } else if (this.#isLastWindow) {
      // Everything is there, and yet it is not this packet.
      this.#then = "abort"
      this.#state = "sending"
    } else this.#advance()
  }

  #advance(): void {
    this.#window++
    this.#tiles = []
    this.#state = "sending"
  }

  /** Takes the next tile: in a regular fragment as much as ends at a word, in the All-1 what is left. */
  #cut(mtu: number): void {
    const before = this.#tiles.at(-1) ?? this.#before
    const from = before.from + before.bits
    const left = this.#bits - from
    const room = mtu * WORD - headerBits(this.rule)
    this.#isLastWindow = left <= room - RCS_BITS
    // Something of at least a word must be left for the All-1.
    const least = Math.ceil(Math.max(0, room - (left - WORD)) / WORD) * WORD
    const tile = { from, bits: this.#isLastWindow ? left : room - least }
    this.#tiles.push(tile)
    this.#before = tile
  }

  /** the tile before the window's first */
  #before: Tile = { from: 0, bits: 0 }

  #isAll1(place: number): boolean {
    return this.#isLastWindow && place === this.#tiles.length - 1
  }

  #fragment(place: number): Uint8Array {
    const { from, bits } = this.#tiles[place]!
    const isAll1 = this.#isAll1(place)
    const fcn = isAll1 ? allOnes(this.rule.n) : this.rule.windowSize - 1 - place
    const padding = paddingOf(headerBits(this.rule) + bits)
    const rcs = isAll1 ? rcsOf(this.#packet, this.#bits + padding) : undefined
    return encodeFragment(this.rule, { dtag: this.#dtag, w: this.#w, fcn }, this.#packet, from, bits, rcs)
  }
}
