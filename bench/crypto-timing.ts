/** Interleaved timing: all contestants run in every round, so that what else the machine does falls on all alike. */
import type { Contestant } from "./crypto-peers.ts"

export interface Result {
  name: string
  /** Operations per second, median over rounds. */
  perSecond: number
  /** How many times faster the first contestant was in the same round, median. */
  ratio: number
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Operations per second of this thread's processor time (what other processes take does not count), in ticks of milliseconds. */
function rate(run: () => unknown, milliseconds: number): number {
  const before = process.threadCpuUsage()
  const start = performance.now()
  let count = 0
  while (performance.now() - start < milliseconds) {
    for (let i = 0; i < 8; i++) run()
    count += 8
  }
  const { user, system } = process.threadCpuUsage(before)
  return (1e6 * count) / (user + system)
}

export function compare(contestants: Contestant[], { rounds = 11, milliseconds = 80 } = {}): Result[] {
  for (const { run } of contestants) rate(run, 150) // compiled and warm
  const rates = contestants.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, { run }] of contestants.entries()) rates[i]!.push(rate(run, milliseconds))
  }
  return contestants.map(({ name }, i) => ({
    name,
    perSecond: median(rates[i]!),
    ratio: median(rates[i]!.map((value, round) => rates[0]![round]! / value)),
  }))
}
