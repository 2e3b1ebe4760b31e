import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { encodeDeployData, getContractAddress, type PublicClient } from "viem"
import { anchorAbi, registryAbi } from "./abi.ts"
import type { ChainAccount } from "./account.ts"
import { readArtifact } from "./artifacts.ts"
import { ChainError } from "./errors.ts"
import { writeDurably } from "./files.ts"
import type { Hex } from "./keys.ts"

/** Where the contracts of a data directory are: chain.json. */
export interface Deployment {
  chainId: number
  genesisHash: Hex
  registry: Hex
  anchor: Hex
  /** No event of the contracts is older. */
  fromBlock: number
}

export interface DeployOptions {
  client: PublicClient
  operator: ChainAccount
  dir: string
  chainId: number
  genesisHash: Hex
}

/**
 * The contracts of `dir`, deployed if need be. The addresses follow from the operator's nonce and are written down
 * *before* anything is sent, so a start that was cut short is taken up where it stopped.
 */
export async function deployContracts(options: DeployOptions): Promise<Deployment> {
  const { client, operator, dir, chainId, genesisHash } = options
  const path = join(dir, "chain.json")
  let plan = readPlan(path)
  if (plan && (plan.genesisHash !== genesisHash || plan.chainId !== chainId)) {
    const [was, is] = [`${plan.chainId} (${plan.genesisHash})`, `${chainId} (${genesisHash})`]
    throw new ChainError("E_CHAIN_WRONG_CHAIN", `${path} belongs to chain ${was}; the node serves ${is}.`)
  }
  const nonceOf = () => client.getTransactionCount({ address: operator.address })
  const exists = async (address: Hex) => ((await client.getCode({ address })) ?? "0x") !== "0x"

  if (!plan || !((await exists(plan.anchor)) || (await nonceOf()) === plan.nonce)) {
    // First start, or another transaction of the operator took the nonce that was planned for.
    const nonce = await nonceOf()
    const fromBlock = Number(await client.getBlockNumber())
    plan = { chainId, genesisHash, ...planned(operator.address, nonce), nonce, fromBlock }
    writeDurably(path, `${JSON.stringify(plan, null, 2)}\n`)
  }
  if (!(await exists(plan.anchor))) {
    const { bytecode } = readArtifact("ReadingAnchor")
    const data = encodeDeployData({ abi: anchorAbi, bytecode, args: [operator.address] })
    await operator.send({ data, abi: anchorAbi, what: "deploy ReadingAnchor" })
  }
  if (!(await exists(plan.registry))) {
    if ((await nonceOf()) !== plan.nonce + 1) {
      const advice = "Remove chain.json to deploy anew."
      throw new ChainError("E_CHAIN_CONTRACT", `DeviceRegistry is not at ${plan.registry}. ${advice}`)
    }
    const { bytecode } = readArtifact("DeviceRegistry")
    const data = encodeDeployData({ abi: registryAbi, bytecode, args: [operator.address, plan.anchor] })
    await operator.send({ data, abi: registryAbi, what: "deploy DeviceRegistry" })
  }
  for (const address of [plan.anchor, plan.registry]) {
    if (await exists(address)) continue
    throw new ChainError("E_CHAIN_CONTRACT", `There is no contract at ${address}, although its deployment succeeded.`)
  }
  const { nonce: _, ...deployment } = plan
  return deployment
}

type Plan = Deployment & { nonce: number }

function planned(from: Hex, nonce: number): Pick<Deployment, "anchor" | "registry"> {
  const at = (offset: number) => getContractAddress({ from, nonce: BigInt(nonce + offset) }).toLowerCase() as Hex
  return { anchor: at(0), registry: at(1) }
}

function readPlan(path: string): Plan | undefined {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Plan
  } catch (cause) {
    throw new ChainError("E_CHAIN_CONTRACT", `${path} cannot be read as JSON. Restore it from a backup.`, { cause })
  }
}
