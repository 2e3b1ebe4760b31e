import { bytesToHex, hexToBytes } from "@ethereumjs/util"
import { CHECKPOINT_EPOCH, extraDataOf, genesisSealers } from "./clique.ts"
import { EMPTY_UNCLES, type Header } from "./header.ts"
import { EMPTY_TRIE_ROOT } from "./trie.ts"

/** A genesis file as `geth init` reads it (the fields that a London chain needs). */
export interface Genesis {
  config: { chainId: number; clique: { period: number; epoch: number } } & Record<string, unknown>
  nonce: string
  timestamp: string
  extraData: `0x${string}`
  gasLimit: string
  difficulty: string
  mixHash: `0x${string}`
  coinbase: `0x${string}`
  alloc: Record<`0x${string}`, { balance: string }>
  baseFeePerGas: string
}

const BLOCK_FORKS = ["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg"]
const LATER_FORKS = ["istanbul", "berlin", "london"]
/** More than gas can ever cost, less than overflows anything. */
const FUNDS = 10n ** 27n
/** The lowest base fee that EIP-1559 can never lower: an eighth of it rounds to nothing. */
const BASE_FEE = 7n
const GAS_LIMIT = 30_000_000n

export interface GenesisOptions {
  chainId: number
  sealer: Uint8Array
  /** Accounts that start with funds, besides the sealer. */
  funded: readonly Uint8Array[]
  /** Unix seconds. */
  timestamp: bigint
}

const hex = (value: bigint) => `0x${value.toString(16)}`
const zeros = (length: number) => bytesToHex(new Uint8Array(length))

export function createGenesis({ chainId, sealer, funded, timestamp }: GenesisOptions): Genesis {
  const forks = Object.fromEntries([...BLOCK_FORKS, ...LATER_FORKS].map((fork) => [`${fork}Block`, 0]))
  const accounts = [sealer, ...funded].map((address) => [bytesToHex(address), { balance: hex(FUNDS) }])
  return {
    config: { chainId, ...forks, clique: { period: 0, epoch: CHECKPOINT_EPOCH } },
    nonce: "0x0",
    timestamp: hex(timestamp),
    extraData: bytesToHex(extraDataOf(0n, [sealer])),
    gasLimit: hex(GAS_LIMIT),
    difficulty: "0x1",
    mixHash: zeros(32),
    coinbase: zeros(20),
    alloc: Object.fromEntries(accounts),
    baseFeePerGas: hex(BASE_FEE),
  }
}

/** The block that a genesis file describes. */
export function genesisHeader(genesis: Genesis, stateRoot: Uint8Array): Header {
  genesisSealers(hexToBytes(genesis.extraData)) // throws where the list is malformed
  return {
    parentHash: new Uint8Array(32),
    unclesHash: EMPTY_UNCLES,
    coinbase: hexToBytes(genesis.coinbase),
    stateRoot,
    transactionsRoot: EMPTY_TRIE_ROOT,
    receiptsRoot: EMPTY_TRIE_ROOT,
    logsBloom: new Uint8Array(256),
    difficulty: BigInt(genesis.difficulty),
    number: 0n,
    gasLimit: BigInt(genesis.gasLimit),
    gasUsed: 0n,
    timestamp: BigInt(genesis.timestamp),
    extraData: hexToBytes(genesis.extraData),
    mixHash: hexToBytes(genesis.mixHash),
    nonce: new Uint8Array(8),
    baseFeePerGas: BigInt(genesis.baseFeePerGas),
  }
}
