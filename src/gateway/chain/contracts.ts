import { createPublicClient, custom, type PublicClient } from "viem"
import { ChainAccount } from "./account.ts"
import { Anchors } from "./anchors.ts"
import { type Deployment, deployContracts } from "./deploy.ts"
import type { ChainNode } from "./embedded.ts"
import { Gateways } from "./gateways.ts"
import { type Hex, loadOrCreateKey } from "./keys.ts"
import { Proofs } from "./proofs.ts"
import { Readings } from "./readings.ts"
import { Registry } from "./registry.ts"

export interface ContractsOptions {
  node: Pick<ChainNode, "provider" | "chainId" | "genesisHash" | "onBlock">
  /** Data directory: keys/ and chain.json. */
  dir: string
}

/** Everything the gateway does on its chain. */
export interface Contracts {
  deployment: Deployment
  registry: Registry
  anchors: Anchors
  gateways: Gateways
  readings: Readings
  proofs: Proofs
  /** Addresses of this data directory's accounts. */
  gateway: Hex
  operator: Hex
  client: PublicClient
}

/** Deploys the contracts where they are not, approves the gateway where it is not, and hands out their clients. */
export async function openContracts({ node, dir }: ContractsOptions): Promise<Contracts> {
  const { provider, chainId, genesisHash, onBlock } = node
  const client = createPublicClient({ transport: custom(provider as never, { retryCount: 0 }), cacheTime: 0 })
  const account = (name: "gateway" | "operator") =>
    new ChainAccount({
      client,
      chainId,
      privateKey: loadOrCreateKey(dir, name).privateKey,
      ...(onBlock && { onBlock }),
    })
  const accounts = { gateway: account("gateway"), operator: account("operator") }
  const deployment = await deployContracts({ client, operator: accounts.operator, dir, chainId, genesisHash })
  const gateways = new Gateways(client, deployment, accounts.operator)
  const { standing } = await gateways.gateway(accounts.gateway.address)
  // One that was suspended stays so until the operator says otherwise.
  if (standing === "none") await gateways.approve(accounts.gateway.address)
  return {
    deployment,
    registry: new Registry(client, deployment, accounts),
    anchors: new Anchors(client, deployment, accounts.gateway),
    gateways,
    readings: new Readings(client, deployment),
    proofs: new Proofs(client, deployment),
    gateway: accounts.gateway.address,
    operator: accounts.operator.address,
    client,
  }
}
