/** Receiver of one packet in ACK-Always mode (RFC 8724 §8.4.2.2). Its memory is one packet, whatever comes. */
import { copyBits, equalBits } from "./bits.ts"
import { allOnes, encodeAck, encodeReceiverAbort, type Fragment, rcsOf } from "./messages.ts"
import type { FragmentRule } from "./rules.ts"
import type { Incoming, ReceiverState } from "./session.ts"

const WORD = 8

interface Tile {
  bytes: Uint8Array
  bits: number
}

export class AlwaysReceiver implements Incoming {
  readonly rule: FragmentRule
  readonly dtag: number
  readonly #maxBits: number
  /** tiles of the windows that are over */
  #tiles: Tile[] = []
  /** of this window: by place, the All-1's behind all others */
  #window: (Tile | undefined)[] = []
  #last: (Tile & { rcs: number }) | undefined
  #number = 0
  #bits = 0
  /** the window's All-0 or All-1 came: the "retransmission phase" */
  #isOver = false
  #attempts = 0
  #state: ReceiverState = "open"
  packet: Uint8Array | undefined

  constructor(rule: FragmentRule, dtag: number, maxBytes: number) {
    this.rule = rule
    this.dtag = dtag
    this.#maxBits = maxBytes * WORD
  }

  get state(): ReceiverState {
    return this.#state
  }

  isOf(fragment: Fragment, bytes: Uint8Array): boolean {
    if (fragment.dtag !== this.dtag) return false
    const { kind, w, at, bits } = fragment
    // With a DTag, what contradicts is a stray of a former window.
    if (this.rule.t > 0 || kind === "request" || kind === "abort" || w !== this.#w) return true
    const before = kind === "last" ? this.#last : this.#window[this.#placeOf(fragment)]
    return !before || (before.bits === bits && equalBits(before.bytes, 0, bytes, at, bits))
  }

  receive(fragment: Fragment, bytes: Uint8Array): Uint8Array | undefined {
    const { kind, w } = fragment
    if (kind === "abort") {
      if (this.#state === "open") this.#state = "aborted"
      return undefined
    }
    if (this.#state === "aborted") return undefined
    if (this.#state === "complete") return kind === "tiles" || w !== this.#w ? undefined : this.#ack()
    if (w !== this.#w && !this.#advance()) return undefined
    if (kind === "request") return this.#ack()
    const tile = { bytes: new Uint8Array(Math.ceil(fragment.bits / WORD)), bits: fragment.bits }
    copyBits(bytes, fragment.at, tile.bytes, 0, fragment.bits)
    return kind === "last" ? this.#takeLast(tile, fragment.rcs) : this.#take(tile, fragment)
  }

  abort(): Uint8Array {
    if (this.#state === "open") this.#state = "aborted"
    return encodeReceiverAbort(this.rule, this.dtag)
  }

  get #w(): number {
    return this.#number & allOnes(this.rule.m)
  }

  #placeOf({ fcn }: Fragment): number {
    return this.rule.windowSize - 1 - fcn
  }

  /** The sender goes on only when it knows that the window is whole; whoever does so earlier is not believed. */
  #advance(): boolean {
    if (!this.#isOver || this.#last || !this.#isFull) return false
    for (const tile of this.#window) this.#tiles.push(tile!)
    this.#window = []
    this.#number++
    this.#isOver = false
    this.#attempts = 0
    return true
  }

  #take(tile: Tile, fragment: Fragment): Uint8Array | undefined {
    const place = this.#placeOf(fragment)
    const isAll0 = fragment.fcn === 0
    if (place < 0 || (this.#last && isAll0)) return undefined
    if (!this.#window[place]) {
      this.#bits += tile.bits
      this.#window[place] = tile
    }
    if (this.#bits > this.#maxBits + WORD) return this.abort()
    if (this.#last) return this.#check() ? this.#ack() : undefined
    if (!isAll0 && !(this.#isOver && this.#isFull)) return undefined
    this.#isOver = true
    return this.#ack()
  }

  #takeLast(tile: Tile, rcs: number): Uint8Array | undefined {
    if (this.#isOver && !this.#last) return undefined
    this.#last ??= { ...tile, rcs }
    if (this.#bits + this.#last.bits > this.#maxBits + WORD) return this.abort()
    this.#isOver = true
    this.#check()
    return this.#ack()
  }

  #ack(): Uint8Array {
    const whole = this.#state === "complete" || (this.rule.plainAcks && this.#isFull)
    const bitmap = Array.from({ length: this.rule.windowSize }, (_, place) => !!this.#window[place])
    if (this.#last) bitmap[bitmap.length - 1] = true
    if (++this.#attempts > this.rule.maxAckRequests && this.#state === "open") return this.abort()
    return encodeAck(this.rule, this.dtag, this.#w, whole ? undefined : bitmap)
  }

  get #isFull(): boolean {
    for (let place = 0; place < this.rule.windowSize; place++) if (!this.#window[place]) return false
    return true
  }

  #check(): boolean {
    const tiles = [...this.#tiles, ...this.#window, this.#last!]
    const packet = new Uint8Array(Math.ceil((this.#bits + this.#last!.bits) / WORD))
    let at = 0
    for (const tile of tiles) {
      if (!tile) return false
      copyBits(tile.bytes, 0, packet, at, tile.bits)
      at += tile.bits
    }
    if (rcsOf(packet, at) !== this.#last!.rcs) return false
    this.packet = packet.subarray(0, Math.floor(at / WORD))
    this.#state = "complete"
    return true
  }
}
