/** A run's report for programs: the summary, and what its plots are drawn from. */
import type { Histogram } from "./histogram.ts"
import type { RunRecord } from "./run-record.ts"
import { summarise } from "./summary.ts"

export function jsonReport(record: RunRecord): string {
  const distribution = (histogram: Histogram) => histogram.buckets().map(([low, high, times]) => [low, high, times])
  const report = {
    ...summarise(record),
    start: record.start,
    epochMs: record.epochMs,
    engine: record.engine,
    perDay: record.perDay,
    faultsInOrder: record.faults,
    /** [from, to, how many] */
    distributions: record.groups.map((group) => ({
      group: group.name,
      toAckMs: distribution(group.toAck),
      toReceiptMs: distribution(group.toReceipt),
      wakeMs: distribution(group.wakeMs),
      guardMs: distribution(group.guardMs),
      batteryYears: distribution(group.batteryYears),
      millivolts: distribution(group.millivolts),
    })),
  }
  // Infinity is no JSON: what never ends is null, as in the summary.
  return `${JSON.stringify(report, (_, value) => (value === Number.POSITIVE_INFINITY ? null : value))}\n`
}
