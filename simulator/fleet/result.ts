/** What a run came to: the JSON line that programs read. */
import type { GatewayApi, Summary } from "./gateway-api.ts"
import type { LinkFigures } from "./link-figures.ts"
import type { DeviceState } from "./state.ts"
import { totalsOf } from "./state.ts"

export interface SimResult {
  devices: number
  epochs: number
  samples: number
  reports: { signed: number; acked: number; anchored: number; receiptsVerified: number }
  gaps: number
  forks: number
  duplicates: number
  engine: string
  chain: Summary["chain"]
  contracts: Summary["contracts"]
  addresses: string[]
  /** by link; where they are counted */
  links?: LinkFigures[]
}

/** How many of this run's reports stand under an anchor, by the gateway's word. */
export async function countAnchored(api: GatewayApi, devices: readonly DeviceState[]): Promise<number> {
  let count = 0
  for (const { address, signed } of devices)
    if (address && signed.size > 0) count += (await api.anchored(address, [...signed])).size
  return count
}

/** `before` and `after`: the gateway's counts around the run; only what the run added is its own. */
export function resultOf(
  devices: readonly DeviceState[],
  run: { epochs: number; anchored: number; engine: string; before: Summary; after: Summary; links?: LinkFigures[] },
): SimResult {
  const { epochs, anchored, engine, before, after, links } = run
  const { samples, signed, acked, receiptsVerified } = totalsOf(devices)
  const added = (what: "gaps" | "forks" | "duplicates") => Math.max(0, after[what] - before[what])
  return {
    devices: devices.length,
    epochs,
    samples,
    reports: { signed, acked, anchored, receiptsVerified },
    gaps: added("gaps"),
    forks: added("forks"),
    duplicates: added("duplicates"),
    engine,
    chain: after.chain,
    contracts: after.contracts,
    addresses: devices.flatMap(({ address }) => address ?? []),
    ...(links && { links }),
  }
}

/** Whether every report went the whole way. */
export function isComplete({ reports }: SimResult): boolean {
  const { signed, acked, anchored, receiptsVerified } = reports
  return signed > 0 && signed === acked && acked === anchored && anchored === receiptsVerified
}
