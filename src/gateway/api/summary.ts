import type { ApiContext } from "./context.ts"

/** The whole state in one look. */
export async function summary({ store, chain, schedule, clock, metrics }: ApiContext) {
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

/** What a device is given before its first hello. */
export function provisioning({ chain, coapPort, gatewayPublicKey, schedule }: ApiContext) {
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
