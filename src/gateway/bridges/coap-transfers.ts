/**
 * Bodies in blocks (RFC 7959): a request assembled from Block1, an answer handed out by Block2. All memory that a sender
 * can take before its envelope is opened is here, and is bounded: in all, for each address, and in time.
 */
import { equalBytes } from "../../protocol/bytes.ts"
import { type Block, blockSize, MAX_BODY, MAX_TRANSFER } from "../../protocol/coap.ts"
import type { Limits } from "../limits.ts"
import type { Clock } from "../ports.ts"

interface Transfer<Answer> {
  address: string
  parts: Uint8Array[]
  /** bytes in `parts`, without a gap from the start */
  length: number
  /** bytes counted against the limits */
  held: number
  ends: number
  complete: boolean
  answer: Answer | undefined
}

/**
 * What became of a block. `body`: it was the last, and this is the whole. `wait`: it is known already, and its answer is
 * on the way.
 */
export type Received<Answer> =
  | { step: "continue" | "wait" | "incomplete" | "malformed" | "tooLarge" | "full" }
  | { step: "body"; body: Uint8Array }
  | { step: "answer"; answer: Answer }

export interface TransfersOptions {
  clock: Pick<Clock, "now">
  limits: Pick<Limits, "transferBytes" | "transferBytesPerSource" | "transferAge">
}

export class Transfers<Answer extends { body: Uint8Array }> {
  readonly #clock: Pick<Clock, "now">
  readonly #limits: TransfersOptions["limits"]
  /** By endpoint, path and Request-Tag; in the order in which they end. */
  readonly #transfers = new Map<string, Transfer<Answer>>()
  readonly #heldBy = new Map<string, number>()
  #held = 0

  constructor({ clock, limits }: TransfersOptions) {
    this.#clock = clock
    this.#limits = limits
  }

  /** bytes counted now */
  get held(): number {
    return this.#held
  }

  has(key: string): boolean {
    this.#forgetOld()
    return this.#transfers.has(key)
  }

  /** Takes in one block of a request. Blocks come in order (§2.5); one that came before changes nothing. */
  receive(key: string, address: string, block: Block, payload: Uint8Array, size1 = 0): Received<Answer> {
    const size = blockSize(block)
    if (block.more ? payload.length !== size : payload.length > size) return { step: "malformed" }
    const known = this.#known(key, block, payload)
    if (size1 > MAX_TRANSFER || block.number * size + payload.length > MAX_TRANSFER) {
      if (known) this.#forget(key, known)
      return { step: "tooLarge" }
    }
    const transfer = known ?? (block.number === 0 ? this.#begin(key, address) : undefined)
    if (!transfer) return { step: block.number === 0 ? "full" : "incomplete" }
    const offset = block.number * size
    if (offset + payload.length <= transfer.length && transfer.length > 0) {
      if (block.more) return { step: "continue" }
      if (transfer.complete) return transfer.answer ? { step: "answer", answer: transfer.answer } : { step: "wait" }
    }
    if (transfer.complete || offset !== transfer.length) return { step: "incomplete" }
    if (!this.#grow(transfer, transfer.length + payload.length)) {
      this.#forget(key, transfer)
      return { step: "full" }
    }
    // The datagram may be part of a larger buffer, which it would keep alive.
    transfer.parts.push(payload.slice())
    transfer.length += payload.length
    if (block.more) return { step: "continue" }
    transfer.complete = true
    const body = Buffer.concat(transfer.parts)
    transfer.parts = transfer.parts.slice(0, 1)
    return { step: "body", body: new Uint8Array(body.buffer, body.byteOffset, body.length) }
  }

  /** Keeps an answer, to be asked for again or block by block; `false`: there is no room. */
  keep(key: string, address: string, answer: Answer): boolean {
    const transfer = this.#transfers.get(key) ?? this.#begin(key, address)
    if (!transfer) return false
    transfer.complete = true
    transfer.answer = answer
    return this.#grow(transfer, answer.body.length)
  }

  answer(key: string): Answer | undefined {
    this.#forgetOld()
    return this.#transfers.get(key)?.answer
  }

  /** A first block that is not the one known begins anew (§2.5: the resource is replaced when the last block comes). */
  #known(key: string, { number }: Block, payload: Uint8Array): Transfer<Answer> | undefined {
    this.#forgetOld()
    const transfer = this.#transfers.get(key)
    if (!transfer || number > 0) return transfer
    const [first] = transfer.parts
    if (first && equalBytes(first, payload)) return transfer
    this.#forget(key, transfer)
    return undefined
  }

  #begin(key: string, address: string): Transfer<Answer> | undefined {
    const ends = this.#clock.now() + this.#limits.transferAge
    const transfer = { address, parts: [], length: 0, held: 0, ends, complete: false, answer: undefined }
    // The answer is no longer than a datagram, or than the request: so its room is there from the start.
    if (!this.#grow(transfer, MAX_BODY)) return undefined
    this.#transfers.set(key, transfer)
    return transfer
  }

  #grow(transfer: Transfer<Answer>, length: number): boolean {
    const more = Math.max(0, length - transfer.held)
    const ofSource = (this.#heldBy.get(transfer.address) ?? 0) + more
    const { transferBytes, transferBytesPerSource } = this.#limits
    if (this.#held + more > transferBytes || ofSource > transferBytesPerSource) return false
    transfer.held += more
    this.#held += more
    this.#heldBy.set(transfer.address, ofSource)
    return true
  }

  #forgetOld(): void {
    const now = this.#clock.now()
    for (const [key, transfer] of this.#transfers) {
      if (transfer.ends > now) return
      this.#forget(key, transfer)
    }
  }

  #forget(key: string, { address, held }: Transfer<Answer>): void {
    this.#transfers.delete(key)
    this.#held -= held
    const left = this.#heldBy.get(address)! - held
    if (left > 0) this.#heldBy.set(address, left)
    else this.#heldBy.delete(address)
  }
}
