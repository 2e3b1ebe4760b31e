/**
 * Numbers that never repeat, whatever instant power fails at: a block is reserved in flash before its first number is
 * used, and a cold boot goes on behind the reserved block. So numbers may be skipped, never used twice.
 */
export const BLOCK = 64

export class Numbers {
  #next: number
  #end: number
  readonly #reserve: (end: number) => void

  /** `reserve(end)` makes it durable that all numbers below `end` may have been used. */
  constructor(block: { next: number; end: number }, reserve: (end: number) => void) {
    this.#next = block.next
    this.#end = block.end
    this.#reserve = reserve
  }

  /**
   * After a cold boot: nothing below the reserved end may be used again, nor the blocks of reservations that may have
   * decayed since (`doubts` of them).
   */
  static afterPowerCut(reserved: number, doubts: number): { next: number; end: number } {
    const next = reserved + doubts * BLOCK
    return { next, end: next }
  }

  /** What `take` will give. */
  get next(): number {
    return this.#next
  }

  take(): number {
    if (this.#next >= this.#end) {
      this.#end = this.#next + BLOCK
      this.#reserve(this.#end)
    }
    return this.#next++
  }

  get block(): { next: number; end: number } {
    return { next: this.#next, end: this.#end }
  }
}
