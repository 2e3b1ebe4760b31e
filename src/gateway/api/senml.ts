import { splitSigned } from "../../protocol/cose.ts"
import type { EpochSchedule } from "../../protocol/epochs.ts"
import type { Profile } from "../../protocol/profile.ts"
import { decodeReport, Kind, type SamplesReport, TICK_MS } from "../../protocol/report.ts"
import { batchOffsets } from "../../protocol/samples.ts"
import type { StoredReport } from "../store/reports.ts"

/** A SenML record (RFC 8428 §4); the fields behind the standard ones are ours, on the first record of each report. */
export interface SenmlRecord {
  bn?: string
  bt?: number
  n: string
  u?: string
  v: number
  t?: number
  seq?: number
  epoch?: number
  /** seconds since 1970, as `bt` */
  gatewayTime?: number
  /** `gateway` where the device did not know the time when it sampled */
  timeSource?: "device" | "gateway"
  /** epoch of the anchor on chain; null: none yet */
  anchored?: number | null
}

export interface SenmlContext {
  chainId: number
  /** with 0x */
  address: string
  profile: Profile
  schedule: EpochSchedule
  /** latest epoch whose anchor the chain holds */
  minedEpoch: number
  /** samples taken from `since` until before `until`, unix ms; absent: all */
  range?: { since: number; until: number } | undefined
}

/** One SenML pack of the samples in `reports`; gap and status reports have no readings. */
export function senmlPack(context: SenmlContext, reports: readonly StoredReport[]): SenmlRecord[] {
  return reports.flatMap((stored) => {
    const report = decodeReport(splitSigned(stored.bytes).payload)
    return report.kind === Kind.samples ? recordsOf(context, stored, report) : []
  })
}

function recordsOf(context: SenmlContext, stored: StoredReport, report: SamplesReport): SenmlRecord[] {
  const { profile, schedule, minedEpoch, range } = context
  const known = typeof report.at === "number"
  const base = known ? schedule.startOf(report.epoch) + (report.at as number) * TICK_MS : stored.gatewayTime
  const offsets = batchOffsets(report)
  const wanted = (time: number) => range === undefined || (time >= range.since && time < range.until)
  const records: SenmlRecord[] = report.samples.flatMap((sample, i) => {
    const offset = offsets[i]! * TICK_MS
    if (!wanted(base + offset)) return []
    return sample.flatMap((value, channel): SenmlRecord[] => {
      if (value === null) return []
      const { name, unit, exponent } = profile[channel] ?? { name: `channel${channel}`, unit: "", exponent: 0 }
      const t = offset / 1000
      // Through the decimal form, because 2150 * 10 ** -2 is not 21.5 in binary.
      return [{ n: senmlName(name), ...(unit && { u: unit }), v: Number(`${value}e${exponent}`), ...(t && { t }) }]
    })
  })
  const [first, ...others] = records
  if (!first) return []
  const { seq, epoch, gatewayTime, anchor } = stored
  const head: Partial<SenmlRecord> = {
    ...{ bn: `eip155:${context.chainId}:${context.address}:`, bt: base / 1000, seq, epoch },
    ...{ gatewayTime: gatewayTime / 1000, timeSource: known ? "device" : "gateway" },
    anchored: anchor !== null && anchor <= minedEpoch ? anchor : null,
  }
  return [{ ...head, ...first }, ...others]
}

/** SenML allows few characters in names (RFC 8428 §4.5.1). */
function senmlName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9\-:./_]/g, "_")
}
