/** Merkle trees and inclusion proofs by RFC 9162 §2.1, with SHA-256. */
import { concat, equalBytes } from "./bytes.ts"
import type { Crypto } from "./crypto.ts"
import { DormouseError } from "./errors.ts"

export const HASH_LENGTH = 32
const LEAF = new Uint8Array([0])
const NODE = new Uint8Array([1])

export function leafHash(crypto: Crypto, leaf: Uint8Array): Uint8Array {
  return crypto.sha256(concat(LEAF, leaf))
}

function nodeHash(crypto: Crypto, left: Uint8Array, right: Uint8Array): Uint8Array {
  return crypto.sha256(concat(NODE, left, right))
}

/** A tree over leaf hashes, in their order; all levels are kept, so that a path costs no hashing. */
export class MerkleTree {
  readonly #levels: Uint8Array[][]

  constructor(crypto: Crypto, leafHashes: readonly Uint8Array[]) {
    if (leafHashes.length === 0) throw new DormouseError("E_MERKLE", "A tree needs one leaf at least.")
    this.#levels = [[...leafHashes]]
    for (let level = this.#levels[0]!; level.length > 1; this.#levels.push(level)) {
      const above: Uint8Array[] = []
      // A node without a sibling moves up as it is: this gives RFC 9162's split at the largest power of two.
      for (let i = 0; i < level.length; i += 2)
        above.push(i + 1 < level.length ? nodeHash(crypto, level[i]!, level[i + 1]!) : level[i]!)
      level = above
    }
  }

  get size(): number {
    return this.#levels[0]!.length
  }

  get root(): Uint8Array {
    return this.#levels.at(-1)![0]!
  }

  /** Inclusion path of the leaf at `index`, lowest first, the hashes one behind the other. */
  path(index: number): Uint8Array {
    if (!(index >= 0 && index < this.size))
      throw new DormouseError("E_MERKLE", `Leaf index ${index} is not in a tree of ${this.size}.`)
    const siblings = this.#levels.map((level, height) => level[Math.floor(index / 2 ** height) ^ 1])
    return concat(...siblings.slice(0, -1).filter((hash) => hash !== undefined))
  }
}

/** Whether `leaf` (a leaf hash) stands at `index` of the tree of `size` leaves under `root` (RFC 9162 §2.1.3.2). */
export function verifyPath(
  crypto: Crypto,
  leaf: Uint8Array,
  index: number,
  size: number,
  path: Uint8Array,
  root: Uint8Array,
): boolean {
  if (index >= size || path.length % HASH_LENGTH) return false
  let node = index
  let last = size - 1
  let hash = leaf
  for (let offset = 0; offset < path.length; offset += HASH_LENGTH) {
    if (last === 0) return false
    const sibling = path.subarray(offset, offset + HASH_LENGTH)
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(crypto, sibling, hash)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else hash = nodeHash(crypto, hash, sibling)
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && equalBytes(hash, root)
}
