/** A run's report for a terminal. */
import { causes } from "../energy/charge.ts"
import type { Summary } from "./histogram.ts"
import type { RunRecord } from "./run-record.ts"
import { type GroupSummary, lossesOf, summarise } from "./summary.ts"
import { bytes, charge, count, life, milliseconds, moment, percent, span } from "./words.ts"

/** Faults named one by one; more are counted. */
const FAULTS = 12

export function textReport(record: RunRecord): string {
  const all = summarise(record)
  const { gateway } = all
  const lines = [
    `Scenario ${all.scenario}, seed ${all.seed}: ${count(all.devices)} devices, ${span(all.days)}`,
    "",
    ...pairs([
      ["samples", `${count(all.samples)}, ${percent(all.delivery, 3)} anchored or named in a gap record`],
      ["to the ack", spread(all.toAckMs)],
      ["to the receipt", spread(all.toReceiptMs)],
      ["awake", spread(all.wakeMs)],
      ["guard, median", milliseconds(all.guardMedianMs)],
      ["calls missed", percent(all.missRate, 3)],
      ["guard in the time awake", percent(all.radioOverhead)],
      ["naive twins take", all.energyRatioNaive === null ? "-" : `${all.energyRatioNaive.toFixed(2)} times as much`],
      ["battery life", life(all.batteryYears).join(", the worst 1 % ")],
      ["on the air", `${bytes(all.bytes.up)} up, ${bytes(all.bytes.down)} down`],
      ["chain", `${count(gateway.chain.height)} blocks, ${count(gateway.anchors)} anchors, ${gas(all.gasAReport)}`],
      ["store", bytes(gateway.storeBytes)],
      ["duplicates, forks", `${count(gateway.duplicates)}, ${count(gateway.forks)}`],
    ]),
    ...all.groups.flatMap(groupLines),
    ...faultLines(record),
  ]
  return `${lines.join("\n")}\n`
}

function groupLines(group: GroupSummary): string[] {
  const { chip, medium, oscillator, battery } = group.parts
  const { samples, reports } = group
  const spent = causes
    .filter((cause) => group.chargeADay[cause] > 0)
    .map((cause) => `${cause} ${charge(group.chargeADay[cause])}`)
  const twin = group.twinOf === null ? "" : `, naive twins of ${group.twinOf}`
  return [
    "",
    `${group.name}: ${count(group.devices)} devices${twin} (${chip}, ${medium}, ${oscillator}, ${battery})`,
    ...pairs([
      ["samples", `${count(samples.taken)}: ${count(samples.anchored)} anchored, ${count(samples.inGaps)} in gaps`],
      [
        "reports",
        `${count(reports.signed)} signed, ${count(reports.acked)} acked, ${count(reports.receipts)} receipts`,
      ],
      ["wakes", `${count(group.wakes)}, ${count(group.resets)} resets, ${count(group.brownOuts)} brown-outs`],
      ["awake", spread(group.wakeMs)],
      ["radio on", spread(group.radioMs)],
      ["guard, misses", `${milliseconds(group.guardMedianMs)}, ${percent(group.missRate, 3)}`],
      ["to the ack", spread(group.toAckMs)],
      ["frames lost up", losses(group.up)],
      ["frames lost down", losses(group.down)],
      ["mC a day", `${charge(group.chargeADayTotal)}: ${spent.join(", ")}`],
      ["battery life", life(group.batteryYears).join(", the worst 1 % ")],
      ["flash", `${charge(group.erasesAYear)} erases a year`],
    ]),
  ]
}

function faultLines({ faults }: RunRecord): string[] {
  if (faults.length === 0) return []
  const named = faults.slice(0, FAULTS).map(({ kind, at, device, group, detail }) => {
    const whom = device === undefined ? (group ?? "") : `device ${device}`
    return `  ${moment(at).padEnd(12)} ${kind.padEnd(20)} ${[whom, detail].filter(Boolean).join(": ")}`.trimEnd()
  })
  const more = faults.length > FAULTS ? [`  and ${count(faults.length - FAULTS)} more`] : []
  return ["", `Faults: ${count(faults.length)}`, ...named, ...more]
}

function losses(counts: GroupSummary["up"]): string {
  const reasons = lossesOf(counts)
  const lost = reasons.reduce((sum, [, times]) => sum + times, 0)
  const share = counts.frames > 0 ? percent(lost / counts.frames) : "-"
  const words = reasons.map(([reason, times]) => `${reason} ${count(times)}`).join(", ")
  return `${share} of ${count(counts.frames)}${words ? ` (${words})` : ""}`
}

function spread(summary: Summary | null): string {
  if (!summary) return "-"
  const { p50, p99, max } = summary
  return `${milliseconds(p50)} median, ${milliseconds(p99)} at 99 %, ${milliseconds(max)} at most`
}

function gas(value: number | null): string {
  return value === null ? "no gas" : `${count(value)} gas a report`
}

function pairs(rows: [string, string][]): string[] {
  return rows.map(([name, value]) => `  ${name.padEnd(24)} ${value}`)
}
