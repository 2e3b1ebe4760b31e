import type { ApiContext } from "./context.ts"

type SummaryContext = Pick<ApiContext, "store" | "schedule" | "clock" | "metrics"> & {
  chain: Pick<ApiContext["chain"], "chainId" | "registry" | "anchors" | "head">
}

/** The whole state in one look. */
export async function summary(context: SummaryContext) {
  const { store, chain, schedule, clock, metrics } = context
  const { durable, anchored, duplicates, anchors } = store.anchors.totals()
  const { height, hash } = await chain.head()
  return {
    devices: store.devices.counts().reduce((sum, count) => sum + count, 0),
    reports: { durable, anchored },
    repeats: metrics.repeats,
    gaps: store.reports.link.countGaps(),
    forks: store.reports.countForks(),
    duplicates,
    anchors,
    chain: { id: chain.chainId, height, head: hash, anchors },
    contracts: { registry: chain.registry, anchors: chain.anchors },
    schedule: schedule().periods,
    epoch: schedule().epochAt(clock.now()),
  }
}

type ProvisioningContext = Pick<ApiContext, "coapPort" | "gatewayPublicKey" | "schedule"> & {
  chain: Pick<ApiContext["chain"], "operator" | "chainId" | "genesisHash" | "registry" | "anchors">
}

/** What a device is given before its first hello. */
export function provisioning(context: ProvisioningContext) {
  const { chain, coapPort, gatewayPublicKey, schedule } = context
  const { operator, chainId, genesisHash, registry, anchors } = chain
  return {
    gatewayPublicKey: `0x${Buffer.from(gatewayPublicKey).toString("hex")}`,
    operator,
    chainId,
    genesisHash,
    registry,
    anchors,
    coap: coapPort,
    schedule: schedule().periods,
  }
}

/** What `dormouse verify --trust` pins. */
export function trust({ chain }: Pick<ApiContext, "chain">) {
  const { chainId, genesisHash, sealers, registry, anchors, gateway } = chain
  return { chainId, genesisHash, sealers, registry, anchors, gateways: [gateway], finality: "single-sealer" }
}
