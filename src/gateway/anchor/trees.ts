import type { Crypto } from "../../protocol/crypto.ts"
import { MerkleTree } from "../../protocol/merkle.ts"
import type { Anchors } from "../store/anchors.ts"

/** Trees of recent anchors, rebuilt from their stored leaves when they are wanted again. */
export class Trees {
  readonly #crypto: Crypto
  readonly #anchors: Pick<Anchors, "leaves">
  readonly #limit: number
  readonly #trees = new Map<number, MerkleTree>()
  #leaves = 0

  /** `limit`: leaves of all trees kept. Counted in trees, a busy hour would fill the memory. */
  constructor(crypto: Crypto, anchors: Pick<Anchors, "leaves">, limit: number) {
    this.#crypto = crypto
    this.#anchors = anchors
    this.#limit = limit
  }

  of(epoch: number): MerkleTree {
    const tree = this.#trees.get(epoch) ?? new MerkleTree(this.#crypto, this.#anchors.leaves(epoch))
    this.keep(epoch, tree)
    return tree
  }

  /** A Map keeps the order of insertion, so its first key is the one used longest ago. */
  keep(epoch: number, tree: MerkleTree): void {
    if (!this.#trees.delete(epoch)) this.#leaves += tree.size
    this.#trees.set(epoch, tree)
    while (this.#leaves > this.#limit && this.#trees.size > 1) {
      const [oldest, { size }] = this.#trees.entries().next().value!
      this.#trees.delete(oldest)
      this.#leaves -= size
    }
  }
}
