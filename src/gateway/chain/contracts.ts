import { createPublicClient, custom, type PublicClient } from "viem"
import { anchorAbi } from "./abi.ts"
import { ChainAccount } from "./account.ts"
import { Anchors } from "./anchors.ts"
import { type Deployment, deployContracts } from "./deploy.ts"
import type { ChainNode } from "./embedded.ts"
import { type Hex, loadOrCreateKey } from "./keys.ts"
import { Proofs } from "./proofs.ts"
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
  const args = [accounts.gateway.address] as const
  const target = { address: deployment.anchor, abi: anchorAbi } as const
  if (!(await client.readContract({ ...target, functionName: "isGateway", args }))) {
    await accounts.operator.call(deployment.anchor, { abi: anchorAbi, functionName: "approveGateway", args })
  }
  return {
    deployment,
    registry: new Registry(client, deployment, accounts),
    anchors: new Anchors(client, deployment, accounts.gateway),
    proofs: new Proofs(client, deployment),
    gateway: accounts.gateway.address,
    operator: accounts.operator.address,
    client,
  }
}
