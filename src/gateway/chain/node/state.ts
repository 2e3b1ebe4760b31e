import { type Common, ConsensusType, createCustomCommon, Hardfork, Mainnet } from "@ethereumjs/common"
import { Caches, CacheType, MerkleStateManager } from "@ethereumjs/statemanager"
import { Account, Address, hexToBytes } from "@ethereumjs/util"
import { createVM, type VM } from "@ethereumjs/vm"
import { libraryCrypto } from "./crypto.ts"
import type { Genesis } from "./genesis.ts"
import { NodeOverlay, type ReadNode, stateTrie } from "./trie.ts"

/** Trie nodes of the head that stay in memory: 500 bytes each at most. */
const CACHED_NODES = 20_000

/** Hash of a block by number, for the opcode BLOCKHASH. */
export type BlockHashOf = (number: number) => Uint8Array | undefined

/**
 * London rules. The library's own Clique is left out by calling the consensus something else: it would recover the
 * sealer from a seal that does not exist yet while a block is made. `coinbase` of the block that executes is the sealer.
 */
export function londonCommon(chainId: number): Common {
  const consensus = { type: ConsensusType.ProofOfWork, algorithm: "sealed" }
  return createCustomCommon({ name: "dormouse", chainId, consensus }, Mainnet, {
    ...{ hardfork: Hardfork.London, customCrypto: libraryCrypto },
  })
}

/** The state at one root, what has been written on top of it, and the EVM that writes it. */
export interface State extends Accounts {
  vm: VM
}

export interface StateSource {
  common: Common
  readNode: ReadNode
  blockHashOf: BlockHashOf
}

export interface Accounts {
  manager: MerkleStateManager
  overlay: NodeOverlay
}

/**
 * Accounts, code and storage at `root`. `lasting`: bounded caches that stay warm from block to block, for the one state
 * that moves with the head.
 */
export async function openAccounts(source: StateSource, root: Uint8Array, lasting = false): Promise<Accounts> {
  const { common, readNode } = source
  const overlay = new NodeOverlay(readNode)
  const cache = lasting ? { type: CacheType.LRU, size: 20_000 } : { type: CacheType.ORDERED_MAP }
  const caches = new Caches({ account: cache, storage: cache, code: { ...cache, ...(lasting && { size: 200 }) } })
  const manager = new MerkleStateManager({
    common,
    trie: stateTrie(overlay, common, lasting ? CACHED_NODES : 0),
    caches,
  })
  await manager.setStateRoot(root)
  return { manager, overlay }
}

export async function openState(source: StateSource, root: Uint8Array, lasting = false): Promise<State> {
  const accounts = await openAccounts(source, root, lasting)
  const blockchain = new BlockHashes(source.blockHashOf)
  const vm = await createVM({ common: source.common, stateManager: accounts.manager, blockchain })
  return { ...accounts, vm }
}

/** What the EVM wants of a chain. */
class BlockHashes {
  readonly #blockHashOf: BlockHashOf

  constructor(blockHashOf: BlockHashOf) {
    this.#blockHashOf = blockHashOf
  }

  async getBlock(number: number) {
    return { hash: () => this.#blockHashOf(number) ?? new Uint8Array(32) }
  }

  async putBlock(): Promise<void> {}

  shallowCopy(): BlockHashes {
    return this
  }
}

/** Writes the genesis accounts; returns the state's root. */
export async function writeAlloc({ manager }: Accounts, alloc: Genesis["alloc"]): Promise<Uint8Array> {
  for (const [address, { balance }] of Object.entries(alloc)) {
    await manager.putAccount(new Address(hexToBytes(address as `0x${string}`)), new Account(0n, BigInt(balance)))
  }
  return manager.getStateRoot()
}
