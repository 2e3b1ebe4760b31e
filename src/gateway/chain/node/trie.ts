import type { Common } from "@ethereumjs/common"
import { MerklePatriciaTrie } from "@ethereumjs/mpt"
import { RLP } from "@ethereumjs/rlp"
import type { BatchDBOp, DB } from "@ethereumjs/util"
import { KECCAK256_RLP, ValueEncoding } from "@ethereumjs/util"

/** Root of a trie that holds nothing. */
export const EMPTY_TRIE_ROOT = KECCAK256_RLP

/** Where committed trie nodes and contract code are read: keys in hex without prefix. */
export type ReadNode = (key: string) => Uint8Array | undefined

/**
 * Trie storage of one block in the making: reads what is committed, keeps what is new until the block's one
 * transaction. Keys are hashes of values, so nothing is ever deleted or changed.
 */
export class NodeOverlay implements DB<string, Uint8Array> {
  readonly fresh = new Map<string, Uint8Array>()
  readonly #read: ReadNode

  constructor(read: ReadNode) {
    this.#read = read
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.fresh.get(key) ?? this.#read(key)
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    this.fresh.set(key, value)
  }

  async del(): Promise<void> {}

  async batch(operations: BatchDBOp<string, Uint8Array>[]): Promise<void> {
    for (const operation of operations) if (operation.type === "put") this.fresh.set(operation.key, operation.value)
  }

  /** The tries of contracts' storage are copies of the state's trie, and write to the same place. */
  shallowCopy(): NodeOverlay {
    return this
  }

  async open(): Promise<void> {}
}

export function stateTrie(db: NodeOverlay, common: Common, cacheSize: number): MerklePatriciaTrie {
  return new MerklePatriciaTrie({ db, common, cacheSize, useKeyHashing: true, valueEncoding: ValueEncoding.Bytes })
}

/** Root over items by their place, as for transactions and receipts (Yellow Paper §4.4). */
export async function listRoot(items: readonly Uint8Array[], common: Common): Promise<Uint8Array> {
  const trie = new MerklePatriciaTrie({ common })
  for (const [index, item] of items.entries()) await trie.put(RLP.encode(index), item)
  return trie.root()
}
