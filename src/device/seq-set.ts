/**
 * A set of report numbers as ranges. Deliveries leave few holes, so few ranges; past `MOST` the smallest range is
 * forgotten, which costs a repeat and nothing else.
 */
const MOST = 16

export class SeqSet {
  /** disjoint, ascending */
  #ranges: [first: number, last: number][]

  constructor(ranges: Iterable<readonly [number, number]> = []) {
    this.#ranges = [...ranges].map(([first, last]) => [first, last])
  }

  get ranges(): readonly (readonly [number, number])[] {
    return this.#ranges
  }

  has(seq: number): boolean {
    return this.#ranges.some(([first, last]) => first <= seq && seq <= last)
  }

  add(seq: number): void {
    this.addRange(seq, seq)
  }

  addRange(from: number, to: number): void {
    const touches = ([first, last]: [number, number]) => first <= to + 1 && from <= last + 1
    const joined = this.#ranges.filter(touches)
    const first = Math.min(from, ...joined.map((range) => range[0]))
    const last = Math.max(to, ...joined.map((range) => range[1]))
    this.#ranges = [...this.#ranges.filter((range) => !touches(range)), [first, last]]
    this.#ranges.sort((a, b) => a[0] - b[0])
    if (this.#ranges.length > MOST) {
      const sizes = this.#ranges.map(([a, b]) => b - a)
      this.#ranges.splice(sizes.indexOf(Math.min(...sizes)), 1)
    }
  }

  /** Forgets every number above `seq`. */
  cutAbove(seq: number): void {
    this.#ranges = this.#ranges.filter(([first]) => first <= seq).map(([first, last]) => [first, Math.min(last, seq)])
  }

  /** Forgets every number up to `seq`, as somebody else keeps account of those. */
  cutUpTo(seq: number): void {
    this.#ranges = this.#ranges
      .filter(([, last]) => last > seq)
      .map(([first, last]) => [Math.max(first, seq + 1), last])
  }
}
