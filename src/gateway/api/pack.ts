import type { Device } from "../store/devices.ts"
import type { StoredReport } from "../store/reports.ts"
import { type ApiContext, hex } from "./context.ts"
import { profileOf } from "./devices.ts"
import { type SenmlContext, type SenmlRecord, senmlPack } from "./senml.ts"

export type PackContext = Pick<ApiContext, "schedule" | "minedEpoch"> & { chain: { chainId: number } }

/** Readings of one device's reports as SenML. */
export function packOf(
  { chain, schedule, minedEpoch }: PackContext,
  device: Device,
  reports: readonly StoredReport[],
  range?: SenmlContext["range"],
): SenmlRecord[] {
  const { chainId } = chain
  const named = { chainId, address: hex(device.address), profile: profileOf(device) }
  return senmlPack({ ...named, schedule: schedule(), minedEpoch: minedEpoch(), range }, reports)
}
