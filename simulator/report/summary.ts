/** The figures of a run: what programs read, and what the other reports are written from. */
import { type Cause, causes, totalOf } from "../energy/charge.ts"
import type { LossReason } from "../fleet/medium.ts"
import { Histogram, type Summary } from "./histogram.ts"
import type { FrameCounts, GatewayRecord, GroupRecord, RunRecord } from "./run-record.ts"

/** Shares are from 0 to 1, times in ms, charges in mC. `null`: there is nothing to tell. */
export interface RunSummary {
  scenario: string
  seed: string
  days: number
  devices: number
  samples: number
  /** samples anchored, or named in a gap record that is anchored */
  delivery: number | null
  /** guard of half of the slots at most */
  guardMedianMs: number | null
  /** slots in which the device listened and did not hear its call */
  missRate: number | null
  /** of the time awake: listening before the call came */
  radioOverhead: number | null
  /** what the naive twins take, against the devices that learn */
  energyRatioNaive: number | null
  batteryYears: Life | null
  toAckMs: Summary | null
  toReceiptMs: Summary | null
  wakeMs: Summary | null
  bytes: { up: number; down: number }
  gasAReport: number | null
  groups: GroupSummary[]
  faults: Record<string, number>
  gateway: GatewayRecord
}

/** Years; `null`: what it harvests covers what it takes. */
export interface Life {
  median: number | null
  worst1pct: number | null
}

export interface GroupSummary {
  name: string
  twinOf: string | null
  parts: GroupRecord["parts"]
  devices: number
  samples: GroupRecord["samples"]
  reports: GroupRecord["reports"]
  delivery: number | null
  wakes: number
  resets: number
  brownOuts: number
  missRate: number | null
  guardMedianMs: number | null
  radioOverhead: number | null
  wakeMs: Summary | null
  radioMs: Summary | null
  toAckMs: Summary | null
  toReceiptMs: Summary | null
  batteryYears: Life | null
  /** of one device in a day */
  chargeADay: Record<Cause, number>
  chargeADayTotal: number
  /** sectors of flash of one device in a year */
  erasesAYear: number
  up: FrameCounts
  down: FrameCounts
}

export function summarise(record: RunRecord): RunSummary {
  const { groups, gateway, days } = record
  const learning = groups.filter(({ twinOf }) => twinOf === undefined)
  const sum = (of: (group: GroupRecord) => number) => learning.reduce((total, group) => total + of(group), 0)
  const merged = (of: (group: GroupRecord) => Histogram) => {
    const all = new Histogram()
    for (const group of learning) all.merge(of(group))
    return all
  }
  const years = merged(({ batteryYears }) => batteryYears)
  return {
    ...{ scenario: record.scenario, seed: record.seed, days },
    devices: groups.reduce((total, { devices }) => total + devices, 0),
    samples: sum(({ samples }) => samples.taken),
    delivery: part(
      sum(({ samples }) => samples.anchored + samples.inGaps),
      sum(({ samples }) => samples.taken),
    ),
    guardMedianMs: finite(merged(({ guardMs }) => guardMs).quantile(0.5)),
    missRate: part(
      sum(({ misses }) => misses),
      sum(({ slots }) => slots),
    ),
    radioOverhead: part(
      sum(({ times }) => times.guard),
      sum((group) => awake(group)),
    ),
    energyRatioNaive: naiveRatio(groups, days),
    batteryYears: lifeOf(years),
    toAckMs: merged(({ toAck }) => toAck).summary() ?? null,
    toReceiptMs: merged(({ toReceipt }) => toReceipt).summary() ?? null,
    wakeMs: merged(({ wakeMs }) => wakeMs).summary() ?? null,
    bytes: { up: sum(({ up }) => up.bytes), down: sum(({ down }) => down.bytes) },
    gasAReport: part(
      gateway.gas,
      groups.reduce((total, { reports }) => total + reports.anchored, 0),
    ),
    groups: groups.map((group) => summariseGroup(group, days)),
    faults: countBy(record.faults.map(({ kind }) => kind)),
    gateway,
  }
}

function summariseGroup(group: GroupRecord, days: number): GroupSummary {
  const { samples, batteryYears, devices, charge } = group
  const deviceDays = devices * days
  return {
    ...{ name: group.name, twinOf: group.twinOf ?? null, parts: group.parts, devices },
    ...{ samples, reports: group.reports, wakes: group.wakes, resets: group.resets, brownOuts: group.brownOuts },
    delivery: part(samples.anchored + samples.inGaps, samples.taken),
    missRate: part(group.misses, group.slots),
    guardMedianMs: finite(group.guardMs.quantile(0.5)),
    radioOverhead: part(group.times.guard, awake(group)),
    wakeMs: group.wakeMs.summary() ?? null,
    radioMs: group.radioMs.summary() ?? null,
    toAckMs: group.toAck.summary() ?? null,
    toReceiptMs: group.toReceipt.summary() ?? null,
    batteryYears: lifeOf(batteryYears),
    chargeADay: Object.fromEntries(causes.map((cause) => [cause, charge[cause] / deviceDays])) as Record<Cause, number>,
    chargeADayTotal: totalOf(charge) / deviceDays,
    erasesAYear: (group.times.flashErases / deviceDays) * 365.25,
    up: group.up,
    down: group.down,
  }
}

/** Mean over the pairs of a group and its twins. */
function naiveRatio(groups: readonly GroupRecord[], days: number): number | null {
  const perDevice = (group: GroupRecord) => totalOf(group.charge) / (group.devices * days)
  const ratios = groups.flatMap((twin) => {
    const learner = groups.find(({ name }) => name === twin.twinOf)
    return learner ? [perDevice(twin) / perDevice(learner)] : []
  })
  return part(
    ratios.reduce((total, ratio) => total + ratio, 0),
    ratios.length,
  )
}

export function lossesOf({ lost }: FrameCounts): [LossReason, number][] {
  return (Object.entries(lost) as [LossReason, number][]).sort(([, a], [, b]) => b - a)
}

function lifeOf(years: Histogram): Life | null {
  if (years.count === 0) return null
  return { median: finite(years.quantile(0.5)), worst1pct: finite(years.quantile(0.01)) }
}

function awake({ times }: GroupRecord): number {
  return times.boot + times.cpu + times.associate + times.listen + times.receive + times.transmit
}

function part(some: number, all: number): number | null {
  return all > 0 ? some / all : null
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function countBy(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
