/**
 * Counts of values in buckets that grow by a thirtieth: any number of values in little memory, quantiles within 2 %.
 * The order of the values does not matter.
 */
const BUCKETS_PER_FACTOR = Math.log(1 + 1 / 30)

export interface Summary {
  count: number
  mean: number
  min: number
  p50: number
  p90: number
  p99: number
  max: number
}

export class Histogram {
  readonly #buckets = new Map<number, number>()
  /** values of 0 or less */
  #zeros = 0
  #infinite = 0
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  add(value: number, times = 1): void {
    this.#count += times
    this.#min = Math.min(this.#min, value)
    this.#max = Math.max(this.#max, value)
    if (value === Number.POSITIVE_INFINITY) {
      this.#infinite += times
      return
    }
    this.#sum += value * times
    if (value <= 0) this.#zeros += times
    else {
      const bucket = Math.floor(Math.log(value) / BUCKETS_PER_FACTOR)
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + times)
    }
  }

  merge(other: Histogram): void {
    for (const [bucket, times] of other.#buckets) this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + times)
    this.#zeros += other.#zeros
    this.#infinite += other.#infinite
    this.#count += other.#count
    this.#sum += other.#sum
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
  }

  get count(): number {
    return this.#count
  }

  /** Of the finite values. */
  get sum(): number {
    return this.#sum
  }

  /** The value that a part `q` of all is not above; `NaN` where there is none. */
  quantile(q: number): number {
    if (this.#count === 0) return Number.NaN
    const rank = Math.max(1, Math.ceil(q * this.#count))
    if (rank >= this.#count) return this.#max
    let seen = this.#zeros
    if (rank <= seen) return 0
    for (const [low, high, times] of this.buckets()) {
      seen += times
      if (rank <= seen) return Math.max(this.#min, Math.min(this.#max, Math.sqrt(low * high)))
    }
    return Number.POSITIVE_INFINITY
  }

  /** Positive finite values: from, to, how many; ascending. */
  buckets(): [low: number, high: number, times: number][] {
    const edge = (bucket: number) => Math.exp(bucket * BUCKETS_PER_FACTOR)
    return [...this.#buckets]
      .sort(([a], [b]) => a - b)
      .map(([bucket, times]) => [edge(bucket), edge(bucket + 1), times])
  }

  summary(): Summary | undefined {
    if (this.#count === 0) return undefined
    const finite = this.#count - this.#infinite
    return {
      count: this.#count,
      mean: finite > 0 ? this.#sum / finite : Number.POSITIVE_INFINITY,
      min: this.#min,
      p50: this.quantile(0.5),
      p90: this.quantile(0.9),
      p99: this.quantile(0.99),
      max: this.#max,
    }
  }
}
