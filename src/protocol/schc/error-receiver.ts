/** Receiver of one packet in ACK-on-Error mode (RFC 8724 §8.4.3.2). Its memory is one packet, whatever comes. */
import { copyBits, equalBits } from "./bits.ts"
import { encodeAck, encodeReceiverAbort, type Fragment, headerBits, paddingOf, rcsOf } from "./messages.ts"
import type { FragmentRule } from "./rules.ts"
import type { Incoming, ReceiverState } from "./session.ts"

const WORD = 8

export class ErrorReceiver implements Incoming {
  readonly rule: FragmentRule
  readonly dtag: number
  readonly #maxBits: number
  readonly #buffer: Uint8Array
  /** bits of each tile that is there */
  readonly #have: Uint16Array
  /** number of the highest tile that is there */
  #highest = -1
  /** the All-1: its window, RCS, and the last tile if it carried that */
  #last: { w: number; rcs: number; tile: Uint8Array; bits: number } | undefined
  /** window of the latest ack that asked for more */
  #reported = -1
  #attempts = 0
  #state: ReceiverState = "open"
  packet: Uint8Array | undefined

  constructor(rule: FragmentRule, dtag: number, maxBytes: number) {
    this.rule = rule
    this.dtag = dtag
    const tiles = Math.min(2 ** rule.m * rule.windowSize, Math.ceil(maxBytes / rule.tile))
    this.#maxBits = maxBytes * WORD
    this.#have = new Uint16Array(tiles)
    this.#buffer = new Uint8Array(tiles * rule.tile)
  }

  get state(): ReceiverState {
    return this.#state
  }

  isOf(fragment: Fragment, bytes: Uint8Array): boolean {
    if (fragment.dtag !== this.dtag) return false
    if (fragment.kind === "last") return !this.#last || this.#last.rcs === fragment.rcs
    if (fragment.kind !== "tiles") return true
    return this.#pieces(fragment).every(
      ({ number, at, bits }) =>
        !this.#have[number] ||
        (this.#have[number] === bits && equalBits(bytes, at, this.#buffer, number * this.#tileBits, bits)),
    )
  }

  receive(fragment: Fragment, bytes: Uint8Array): Uint8Array | undefined {
    switch (fragment.kind) {
      case "abort":
        if (this.#state === "open") this.#state = "aborted"
        return undefined
      case "request":
        return this.#ack(fragment.w)
      case "last":
        return this.#takeLast(fragment, bytes)
      case "tiles":
        return this.#state === "open" ? this.#takeTiles(fragment, bytes) : undefined
    }
  }

  abort(): Uint8Array {
    if (this.#state === "open") this.#state = "aborted"
    return encodeReceiverAbort(this.rule, this.dtag)
  }

  get #tileBits(): number {
    return this.rule.tile * WORD
  }

  /** Tiles of a regular fragment; what is less than a word behind the last one is padding. */
  #pieces({ w, fcn, at, bits }: Fragment): { number: number; at: number; bits: number }[] {
    const { windowSize } = this.rule
    const pieces = []
    let number = w * windowSize + (windowSize - 1 - fcn)
    for (let done = 0; bits - done >= WORD; done += this.#tileBits)
      pieces.push({ number: number++, at: at + done, bits: Math.min(this.#tileBits, bits - done) })
    return pieces
  }

  #takeTiles(fragment: Fragment, bytes: Uint8Array): Uint8Array | undefined {
    const { windowSize } = this.rule
    if (fragment.fcn >= windowSize) return undefined
    let windowEnded = -1
    for (const { number, at, bits } of this.#pieces(fragment)) {
      if (number >= this.#have.length) return this.abort()
      if (!this.#have[number]) copyBits(bytes, at, this.#buffer, number * this.#tileBits, bits)
      this.#have[number] = bits
      this.#highest = Math.max(this.#highest, number)
      if (number % windowSize === windowSize - 1) windowEnded = this.#windowOf(number)
    }
    if (!this.#last) return this.rule.windowAcks && windowEnded >= 0 ? this.#report(windowEnded) : undefined
    const reported = this.#reported
    if (this.#check()) return this.#ack()
    return reported >= 0 && reported < this.#last.w && this.#isFull(reported) ? this.#ack() : undefined
  }

  #takeLast({ w, rcs, at, bits }: Fragment, bytes: Uint8Array): Uint8Array | undefined {
    if (this.#state === "aborted") return undefined
    if (!this.#last) {
      if (bits >= this.#tileBits + WORD) return this.abort()
      const tile = new Uint8Array(Math.ceil(bits / WORD))
      // less than a word: padding of a fragment without a tile
      if (bits >= WORD) copyBits(bytes, at, tile, 0, bits)
      this.#last = { w, rcs, tile, bits: bits < WORD ? 0 : bits }
    }
    return this.#ack()
  }

  /** `requested`: the window that an ACK REQ names, so one that there is. */
  #ack(requested = 0): Uint8Array | undefined {
    if (this.#state === "aborted") return undefined
    const end = this.#last ? this.#last.w : Math.max(this.#windowOf(this.#highest), requested)
    if (this.#check()) return this.#count(encodeAck(this.rule, this.dtag, this.#last!.w))
    for (let w = 0; w < end; w++) if (!this.#isFull(w)) return this.#report(w)
    return this.#report(this.#last ? end : this.#windowOf(this.#highest))
  }

  #report(w: number): Uint8Array {
    this.#reported = w
    const { windowSize } = this.rule
    const bitmap = Array.from({ length: windowSize }, (_, i) => !!this.#have[w * windowSize + i])
    if (this.#last && this.#last.bits > 0 && w === this.#last.w) bitmap[windowSize - 1] = true
    return this.#count(encodeAck(this.rule, this.dtag, w, bitmap))
  }

  #count(ack: Uint8Array): Uint8Array {
    // A finished packet goes on being acked: its sender counts as well.
    return ++this.#attempts > this.rule.maxAckRequests && this.#state === "open" ? this.abort() : ack
  }

  #windowOf(number: number): number {
    return number < 0 ? 0 : Math.floor(number / this.rule.windowSize)
  }

  #isFull(w: number): boolean {
    const { windowSize } = this.rule
    for (let i = 0; i < windowSize; i++) if (!this.#have[w * windowSize + i]) return false
    return true
  }

  /** Whether the packet is whole: no holes, the right last window, the right RCS. */
  #check(): boolean {
    if (this.#state === "complete") return true
    if (!this.#last) return false
    const { w, rcs, tile, bits } = this.#last
    const end = bits > 0 ? this.#highest + 1 : this.#highest
    if (end < 0 || this.#windowOf(end) !== w) return false
    for (let i = 0; i < this.#highest; i++) if (this.#have[i] !== this.#tileBits) return false
    const regular = this.#highest < 0 ? 0 : this.#highest * this.#tileBits + this.#have[this.#highest]!
    // Of a regular last tile the padding was cut off, but the RCS is over it, too (§8.2.3).
    const padding = bits > 0 ? 0 : paddingOf(headerBits(this.rule) + this.#have[this.#highest]!)
    const total = regular + bits + padding
    if (total > this.#maxBits + WORD) return false
    const packet = new Uint8Array(Math.ceil(total / WORD))
    packet.set(this.#buffer.subarray(0, Math.ceil(regular / WORD)))
    copyBits(tile, 0, packet, regular, bits)
    if (rcsOf(packet, total) !== rcs) return false
    this.#state = "complete"
    this.packet = packet.subarray(0, Math.floor(total / WORD))
    return true
  }
}
