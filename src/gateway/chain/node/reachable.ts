import { RLP } from "@ethereumjs/rlp"
import { bytesToUnprefixedHex } from "@ethereumjs/util"

type Node = Uint8Array | Node[]

/** Before the hash of code in the store's keys ("c"), as the state manager writes it. */
const CODE_PREFIX = "63"

/**
 * What of `fresh` the state at `root` is made of. A block writes each path anew for every account that it touches; all but
 * the last version of a node are of no state that anybody can name, and need not be kept.
 */
export function reachable(fresh: ReadonlyMap<string, Uint8Array>, root: Uint8Array): Map<string, Uint8Array> {
  const kept = new Map<string, Uint8Array>()

  const keep = (key: string): Uint8Array | undefined => {
    const value = fresh.get(key)
    if (!value || kept.has(key)) return undefined // written by an earlier block, with everything under it
    kept.set(key, value)
    return value
  }

  const byHash = (hash: Uint8Array, ofAccounts: boolean): void => {
    const encoded = keep(bytesToUnprefixedHex(hash))
    if (encoded) inside(RLP.decode(encoded) as Node[], ofAccounts)
  }

  /** A child is named by its hash; one that is shorter than a hash stands there itself (Yellow Paper, appendix D). */
  const child = (node: Node, ofAccounts: boolean): void => {
    if (Array.isArray(node)) inside(node, ofAccounts)
    else if (node.length === 32) byHash(node, ofAccounts)
  }

  const inside = (node: Node[], ofAccounts: boolean): void => {
    if (node.length === 17) {
      for (const each of node.slice(0, 16)) child(each, ofAccounts)
      return
    }
    const [path, value] = node as [Uint8Array, Node]
    const isLeaf = path[0]! >= 0x20
    if (!isLeaf) child(value, ofAccounts)
    else if (ofAccounts) account(value as Uint8Array)
  }

  const account = (encoded: Uint8Array): void => {
    const [, , storageRoot, codeHash] = RLP.decode(encoded) as [Node, Node, Uint8Array, Uint8Array]
    byHash(storageRoot, false)
    keep(CODE_PREFIX + bytesToUnprefixedHex(codeHash))
  }

  byHash(root, true)
  return kept
}
