/** Delays of a network: a fixed part and a log-normal tail. */
import type { Random } from "../fleet/random.ts"

export interface LatencyParameters {
  /** no delay is shorter, us */
  minimum: number
  /** half of the delays are shorter, us */
  median: number
  /** 99 of 100 are shorter, us */
  p99: number
}

/** The normal distribution's 99th percentile, in standard deviations. */
const Z99 = 2.3263478740408408

/** One delay, whole microseconds. */
export function drawLatency({ minimum, median, p99 }: LatencyParameters, random: Random): number {
  if (median <= minimum) return minimum
  const sigma = p99 > median ? Math.log((p99 - minimum) / (median - minimum)) / Z99 : 0
  return Math.round(minimum + (median - minimum) * Math.exp(sigma * random.normal()))
}
