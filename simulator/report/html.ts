/** A run's report as one HTML page that needs nothing else: no scripts, no fonts, no network. */
import type { Cause } from "../energy/charge.ts"
import type { Histogram } from "./histogram.ts"
import type { GroupRecord, RunRecord } from "./run-record.ts"
import { page } from "./style.ts"
import { type GroupSummary, lossesOf, type RunSummary, summarise } from "./summary.ts"
import { barPlot, cumulative, escaped, linePlot, type Series } from "./svg.ts"
import { bytes, charge, count, life, milliseconds, moment, percent, span, years } from "./words.ts"

/** Causes of one colour each; the plot cannot show twelve apart. */
const SHARES: [string, Cause[]][] = [
  ["deep sleep", ["sleep"]],
  ["leakage", ["leakage"]],
  ["boot", ["boot"]],
  ["processor, flash, sensor", ["cpu", "flash", "sensor"]],
  ["signing", ["sign"]],
  ["guard", ["guard"]],
  ["listening, receiving", ["associate", "listen", "receive"]],
  ["transmitting", ["transmit"]],
]
const FAULTS = 200

export function htmlReport(record: RunRecord): string {
  const all = summarise(record)
  const title = `${all.scenario}: ${count(all.devices)} devices, ${span(all.days)}`
  const sections: [string, string][] = [
    ["Groups", groupTable(all.groups)],
    ["From sample to ack and receipt", latencies(record)],
    ["Charge of a device in a day, by cause", charges(all.groups)],
    ["Time awake", distribution(record, ({ wakeMs }) => wakeMs, "a wake lasts at most", milliseconds)],
    [
      "Guard",
      distribution(record, ({ guardMs }) => guardMs, "the device listens before its slot at most", milliseconds),
    ],
    ["Battery life", distribution(record, ({ batteryYears }) => batteryYears, "devices end within", years)],
    ["Day by day", days(record)],
    ["Frames", frameTable(all.groups)],
    ["Faults", faultTable(record)],
    ["Gateway and chain", gatewayTable(all)],
  ]
  const shown = sections
    .filter(([, body]) => body !== "")
    .map(([name, body]) => `<section><h2>${name}</h2>${body}</section>`)
  return page(title, `<h1>${escaped(title)}</h1><p class="sub">${subtitle(record)}</p>${tiles(all)}${shown.join("\n")}`)
}

function subtitle({ seed, start, epochMs, engine }: RunRecord): string {
  const from = new Date(start).toISOString().slice(0, 10)
  return escaped(
    `seed ${seed}, from ${from}, epochs of ${milliseconds(epochMs)}, ${engine}. Battery life and charge are models.`,
  )
}

function tiles(all: RunSummary): string {
  const figures: [string, string][] = [
    [percent(all.delivery, 3), "of the samples anchored, or named in a gap record"],
    [milliseconds(all.toAckMs?.p50 ?? null), "median from sample to ack"],
    [milliseconds(all.toReceiptMs?.p50 ?? null), "median from sample to receipt"],
    [milliseconds(all.wakeMs?.p50 ?? null), "median wake"],
    [milliseconds(all.guardMedianMs), "median guard"],
    [percent(all.missRate, 3), "of the calls missed"],
    [life(all.batteryYears)[0], `battery life; the worst 1 %: ${life(all.batteryYears)[1]}`],
    [all.energyRatioNaive === null ? "-" : `${all.energyRatioNaive.toFixed(2)} x`, "what naive twins take"],
  ]
  return `<div class="tiles">${figures.map(([value, name]) => `<div><b>${escaped(value)}</b>${escaped(name)}</div>`).join("")}</div>`
}

function groupTable(groups: GroupSummary[]): string {
  const head = [
    "",
    "devices",
    "delivery",
    "wakes",
    "resets",
    "brown-outs",
    "misses",
    "guard",
    "wake",
    "to ack",
    "mC a day",
    "battery",
  ]
  const rows = groups.map((group) => {
    const { chip, medium, oscillator, battery } = group.parts
    const kind = `${chip}, ${medium}, ${oscillator}, ${battery}${group.twinOf ? `; naive twins of ${group.twinOf}` : ""}`
    return [
      `<b>${escaped(group.name)}</b><br><small>${escaped(kind)}</small>`,
      count(group.devices),
      percent(group.delivery, 3),
      count(group.wakes),
      count(group.resets),
      count(group.brownOuts),
      percent(group.missRate, 3),
      milliseconds(group.guardMedianMs),
      milliseconds(group.wakeMs?.p50 ?? null),
      milliseconds(group.toAckMs?.p50 ?? null),
      charge(group.chargeADayTotal),
      life(group.batteryYears)[0],
    ]
  })
  return table(head, rows)
}

function latencies({ groups }: RunRecord): string {
  const series = groups.flatMap((group): Series[] => [
    { name: `${group.name}: ack`, points: cumulative(group.toAck.buckets(), group.toAck.count) },
    { name: `${group.name}: receipt`, points: cumulative(group.toReceipt.buckets(), group.toReceipt.count) },
  ])
  return linePlot(
    series.slice(0, 8),
    { label: "within", tick: milliseconds, log: true },
    { label: "", tick: (share) => percent(share, 0), zero: true },
    "Part of the reports acked, and with a receipt, within a time",
  )
}

function distribution(
  { groups }: RunRecord,
  of: (group: GroupRecord) => Histogram,
  label: string,
  tick: (value: number) => string,
): string {
  const series = groups.slice(0, 8).map((group) => ({
    name: group.name,
    points: cumulative(of(group).buckets(), of(group).count),
  }))
  return linePlot(
    series,
    { label, tick, log: true },
    { label: "", tick: (share) => percent(share, 0), zero: true },
    label,
  )
}

function charges(groups: GroupSummary[]): string {
  const bars = groups.map(({ name, chargeADay }) => ({
    name,
    parts: SHARES.map(([, causes]) => causes.reduce((sum, cause) => sum + chargeADay[cause], 0)),
  }))
  const names = SHARES.map(([name]) => name)
  return barPlot(bars, names, (value) => `${charge(value)} mC`, "Charge of a device in a day, by cause")
}

function days({ perDay }: RunRecord): string {
  const line = (name: string, of: (day: RunRecord["perDay"][number]) => number): Series => ({
    name,
    points: perDay.map((day, i) => [i + 1, of(day)]),
  })
  if (perDay.length < 2) return ""
  const draw = (series: Series[], title: string) =>
    linePlot(
      series,
      { label: "day", tick: String, whole: true },
      { label: "", tick: count, zero: true, whole: true },
      title,
    )
  const done = [
    line("samples", ({ samples }) => samples),
    line("reports acked", ({ reportsAcked }) => reportsAcked),
    line("receipts", ({ receipts }) => receipts),
  ]
  const failed = [line("frames lost", ({ framesLost }) => framesLost), line("calls missed", ({ misses }) => misses)]
  return draw(done, "Samples, acks and receipts of each day") + draw(failed, "Frames lost and calls missed on each day")
}

function frameTable(groups: GroupSummary[]): string {
  const rows = groups.flatMap((group) =>
    (["up", "down"] as const).map((direction) => {
      const counts = group[direction]
      const lost = lossesOf(counts)
      const total = lost.reduce((sum, [, times]) => sum + times, 0)
      return [
        `${escaped(group.name)} ${direction}`,
        count(counts.frames),
        bytes(counts.bytes),
        milliseconds(counts.airtimeUs / 1000),
        count(counts.retries),
        counts.frames > 0 ? percent(total / counts.frames) : "-",
        escaped(lost.map(([reason, times]) => `${reason} ${count(times)}`).join(", ")),
      ]
    }),
  )
  return table(["", "datagrams", "on the air", "airtime", "repeats", "lost", "why"], rows)
}

function faultTable({ faults }: RunRecord): string {
  if (faults.length === 0) return ""
  const rows = faults.slice(0, FAULTS).map(({ kind, at, device, group, detail }) => {
    const whom = [group, device === undefined ? undefined : `device ${device}`].filter(Boolean).join(", ")
    return [moment(at), escaped(kind), escaped(whom), escaped(detail ?? "")]
  })
  const more = faults.length > FAULTS ? `<p>and ${count(faults.length - FAULTS)} more</p>` : ""
  return `<details${faults.length > 20 ? "" : " open"}><summary>${count(faults.length)} faults</summary>${table(["after", "what", "whom", ""], rows)}${more}</details>`
}

function gatewayTable({ gateway, gasAReport }: RunSummary): string {
  return table(
    ["blocks", "anchors", "gas", "gas a report", "store", "restarts", "duplicates", "forks"],
    [
      [
        ...[count(gateway.chain.height), count(gateway.anchors), count(gateway.gas)],
        ...[gasAReport === null ? "-" : count(gasAReport), bytes(gateway.storeBytes)],
        ...[count(gateway.restarts), count(gateway.duplicates), count(gateway.forks)],
      ],
    ],
  )
}

/** Cells are HTML. */
function table(head: string[], rows: string[][]): string {
  const cells = (row: string[], tag: string) => row.map((cell) => `<${tag}>${cell}</${tag}>`).join("")
  const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")
  return `<div class="wide"><table><thead><tr>${cells(head, "th")}</tr></thead><tbody>${body}</tbody></table></div>`
}
