/** Report numbers, many and nearly without holes: kept as ranges, so that a year of them is as small as a day. */

/** As much of a set as the fleet needs. */
export interface Seqs extends Iterable<number> {
  readonly size: number
  has(seq: number): boolean
  add(seq: number): unknown
}

export class SeqRanges implements Seqs {
  /** disjoint, not adjacent, ascending */
  readonly #ranges: { first: number; last: number }[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  has(seq: number): boolean {
    const range = this.#ranges[this.#indexFor(seq)]
    return range !== undefined && seq <= range.last
  }

  add(seq: number): this {
    const at = this.#indexFor(seq)
    const before = this.#ranges[at]
    if (before && seq <= before.last) return this
    this.#size++
    const after = this.#ranges[at + 1]
    const joinsAfter = after?.first === seq + 1
    if (before?.last === seq - 1) {
      before.last = joinsAfter ? after!.last : seq
      if (joinsAfter) this.#ranges.splice(at + 1, 1)
    } else if (joinsAfter) after!.first = seq
    else this.#ranges.splice(at + 1, 0, { first: seq, last: seq })
    return this
  }

  *[Symbol.iterator](): Iterator<number> {
    for (const { first, last } of this.#ranges) for (let seq = first; seq <= last; seq++) yield seq
  }

  /** The last range that begins at or before `seq`; -1: none. Most questions are about the newest. */
  #indexFor(seq: number): number {
    let low = 0
    let high = this.#ranges.length
    if (high > 0 && this.#ranges[high - 1]!.first <= seq) return high - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#ranges[middle]!.first <= seq) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
