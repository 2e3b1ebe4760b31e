import { createCustomCommon, Hardfork, Mainnet } from "@ethereumjs/common"
import { createEVM, type EVM } from "@ethereumjs/evm"
import { createAddressFromString, createZeroAddress } from "@ethereumjs/util"
import {
  type Abi,
  bytesToHex,
  decodeErrorResult,
  decodeEventLog,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  hexToBytes,
} from "viem"
import { type Artifact, type ContractName, readArtifact } from "../../gateway/chain/artifacts.ts"
import type { Hex } from "../../gateway/chain/keys.ts"

export const CHAIN_ID = 337_721
export const OPERATOR: Hex = `0x${"0a".repeat(20)}`
/** Any account of tests: an address of twenty times this byte. */
export const account = (byte: number): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(20)}`

/** What a call came to: its value, or the name and arguments of the contract's error. */
export interface Outcome {
  value?: unknown
  error?: string
  args?: readonly unknown[]
  events: { name: string; args: Record<string, unknown> }[]
}

/** The contracts on a bare EVM under London rules: no blocks, no signatures of transactions, thousands of calls a second. */
export class Machine {
  block = 100
  /** Unix seconds. */
  time = 1_800_000_000
  readonly addresses: Record<ContractName, Hex>
  readonly #evm: EVM
  readonly #abis: Record<ContractName, Abi>

  private constructor(evm: EVM, addresses: Record<ContractName, Hex>, abis: Record<ContractName, Abi>) {
    this.#evm = evm
    this.addresses = addresses
    this.#abis = abis
  }

  static async open(operator = OPERATOR): Promise<Machine> {
    const common = createCustomCommon({ chainId: CHAIN_ID }, Mainnet, { hardfork: Hardfork.London })
    const evm = await createEVM({ common })
    const deployer = account(0xdd)
    const [anchor, registry, verifier] = [0n, 1n, 2n].map((nonce) => getContractAddress({ from: deployer, nonce }))
    const plan: [ContractName, unknown[]][] = [
      ["ReadingAnchor", [operator, registry]],
      ["DeviceRegistry", [operator, anchor]],
      ["ReadingVerifier", [registry, anchor]],
    ]
    const abis: Partial<Record<ContractName, Abi>> = {}
    for (const [index, [name, args]] of plan.entries()) {
      const { abi, bytecode }: Artifact = readArtifact(name)
      abis[name] = abi
      const data = hexToBytes(encodeDeployData({ abi, bytecode, args } as never))
      const caller = createAddressFromString(deployer)
      const { createdAddress, execResult } = await evm.runCall({ caller, data, gasLimit: 30_000_000n })
      const expected = [anchor, registry, verifier][index]!.toLowerCase()
      if (execResult.exceptionError || createdAddress?.toString() !== expected) {
        throw new Error(`${name}: ${execResult.exceptionError?.error ?? `at ${createdAddress}, not ${expected}`}`)
      }
    }
    const addresses = { ReadingAnchor: anchor!, DeviceRegistry: registry!, ReadingVerifier: verifier! }
    return new Machine(evm, addresses, abis as Record<ContractName, Abi>)
  }

  async call(from: Hex, contract: ContractName, functionName: string, args: readonly unknown[] = []): Promise<Outcome> {
    const abi = this.#abis[contract]
    const header = { number: BigInt(this.block), timestamp: BigInt(this.time), gasLimit: 30_000_000n }
    const { execResult } = await this.#evm.runCall({
      caller: createAddressFromString(from),
      to: createAddressFromString(this.addresses[contract]),
      data: hexToBytes(encodeFunctionData({ abi, functionName, args } as never)),
      gasLimit: 30_000_000n,
      block: { header: { ...blank, ...header } } as never,
    })
    const data = bytesToHex(execResult.returnValue)
    if (execResult.exceptionError) return { ...this.#error(data, execResult.exceptionError.error), events: [] }
    const events = (execResult.logs ?? []).map(([, topics, bytes]) => this.#event(topics, bytes))
    return { value: lowered(decodeFunctionResult({ abi, functionName, data } as never)), events }
  }

  /** Forgets what `act` does to the chain. */
  async forget<T>(act: () => Promise<T>): Promise<T> {
    const [block, time] = [this.block, this.time]
    await this.#evm.journal.checkpoint()
    try {
      return await act()
    } finally {
      await this.#evm.journal.revert()
      this.block = block
      this.time = time
    }
  }

  /** Errors of one contract come through another: any of them may have made it. */
  #error(data: Hex, fallback: string): { error: string; args?: readonly unknown[] } {
    for (const abi of Object.values(this.#abis)) {
      try {
        const { errorName, args } = decodeErrorResult({ abi, data })
        return { error: errorName, args: lowered(args ?? []) as readonly unknown[] }
      } catch {}
    }
    return { error: `${fallback} ${data}` }
  }

  #event(topics: Uint8Array[], bytes: Uint8Array) {
    const abi = Object.values(this.#abis).flat() as Abi
    const hex = { topics: topics.map((topic) => bytesToHex(topic)) as [Hex], data: bytesToHex(bytes) }
    const { eventName, args } = decodeEventLog({ abi, ...hex })
    return { name: `${eventName}`, args: lowered(args) as Record<string, unknown> }
  }
}

const blank = {
  ...{ coinbase: createZeroAddress(), difficulty: 2n, prevRandao: new Uint8Array(32), baseFeePerGas: 0n },
  getBlobGasPrice: () => undefined,
}

/** Addresses in lower case, as everywhere in the gateway; bigints as numbers where they are exact. */
function lowered(value: unknown): unknown {
  if (typeof value === "string") return value.toLowerCase()
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (Array.isArray(value)) return value.map(lowered)
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, lowered(each)]))
  return value
}
