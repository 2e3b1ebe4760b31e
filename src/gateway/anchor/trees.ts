import type { Crypto } from "../../protocol/crypto.ts"
import { MerkleTree } from "../../protocol/merkle.ts"
import type { Anchors } from "../store/anchors.ts"

/** Trees of recent anchors, rebuilt from their stored leaves when they are wanted again. */
export class Trees {
  readonly #crypto: Crypto
  readonly #anchors: Pick<Anchors, "leaves">
  readonly #limit: number
  readonly #trees = new Map<number, MerkleTree>()

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
    this.#trees.delete(epoch)
    this.#trees.set(epoch, tree)
    if (this.#trees.size > this.#limit) this.#trees.delete(this.#trees.keys().next().value!)
  }
}
