import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import {
  ContractFunctionExecutionError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  encodeDeployData,
  getContractAddress,
  type PublicClient,
  parseAbi,
} from "viem"
import type { ChainAccount } from "./account.ts"
import { type ContractName, readArtifact } from "./artifacts.ts"
import { ChainError } from "./errors.ts"
import { writeDurably } from "./files.ts"
import type { Hex } from "./keys.ts"

/** Where the contracts of a data directory are: chain.json. */
export interface Deployment {
  chainId: number
  genesisHash: Hex
  registry: Hex
  anchor: Hex
  verifier: Hex
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

  if (plan && (await exists(plan.anchor))) await requireVersion(client, plan, dir)
  else if (!plan?.verifier || (await nonceOf()) !== plan.nonce) {
    // First start, or another transaction of the operator took the nonce that was planned for.
    const nonce = await nonceOf()
    const fromBlock = Number(await client.getBlockNumber())
    plan = { chainId, genesisHash, ...planned(operator.address, nonce), nonce, fromBlock }
    writeDurably(path, `${JSON.stringify(plan, null, 2)}\n`)
  }
  for (const [index, { name, address, args }] of contractsOf(plan, operator.address).entries()) {
    if (await exists(address)) continue
    if ((await nonceOf()) !== plan.nonce + index) {
      throw new ChainError("E_CHAIN_CONTRACT", `${name} is not at ${address}. Remove chain.json to deploy anew.`)
    }
    const { abi, bytecode } = readArtifact(name)
    await operator.send({ data: encodeDeployData({ abi, bytecode, args }), abi, what: `deploy ${name}` })
    if (await exists(address)) continue
    throw new ChainError("E_CHAIN_CONTRACT", `There is no contract at ${address}, although its deployment succeeded.`)
  }
  const { nonce: _, ...deployment } = plan
  return deployment
}

type Plan = Deployment & { nonce: number }

function planned(from: Hex, nonce: number): Pick<Deployment, "anchor" | "registry" | "verifier"> {
  const at = (offset: number) => getContractAddress({ from, nonce: BigInt(nonce + offset) }).toLowerCase() as Hex
  return { anchor: at(0), registry: at(1), verifier: at(2) }
}

/** In the order of their deployment. The first two know each other, so the one needs the other's planned address. */
function contractsOf({ anchor, registry, verifier }: Deployment, operator: Hex) {
  const contract = (name: ContractName, address: Hex, args: Hex[]) => ({ name, address, args })
  return [
    contract("ReadingAnchor", anchor, [operator, registry]),
    contract("DeviceRegistry", registry, [operator, anchor]),
    contract("ReadingVerifier", verifier, [registry, anchor]),
  ]
}

/** As the contracts count. */
const VERSION = 2n
const versionAbi = parseAbi(["function VERSION() view returns (uint256)"])

/** Contracts cannot be exchanged under receipts that name them: another version needs another data directory. */
async function requireVersion(client: PublicClient, { anchor }: Deployment, dir: string): Promise<void> {
  const query = { address: anchor, abi: versionAbi, functionName: "VERSION" } as const
  const version = await client.readContract(query).catch((error) => {
    if (error instanceof ContractFunctionExecutionError && !isConnectionFault(error)) return 1n // had no such function
    throw error
  })
  if (version === VERSION) return
  const found = `The contracts of ${dir} are of version ${version}, this gateway needs version ${VERSION}`
  const advice = "Run the gateway that made them, or begin with an empty data directory."
  throw new ChainError("E_CHAIN_CONTRACTS_CHANGED", `${found}. ${advice}`)
}

/** Whether the node did not answer, rather than the contract refuse. */
const isConnectionFault = (error: ContractFunctionExecutionError) =>
  !(error.cause instanceof ContractFunctionRevertedError || error.cause instanceof ContractFunctionZeroDataError)

function readPlan(path: string): Plan | undefined {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Plan
  } catch (cause) {
    throw new ChainError("E_CHAIN_CONTRACT", `${path} cannot be read as JSON. Restore it from a backup.`, { cause })
  }
}
