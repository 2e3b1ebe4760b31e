import { describe, expect, test } from "vitest"
import { concat, equalBytes, fromHex, leafHash, MerkleTree, toHex, verifyPath } from "../index.ts"
import { codeOf, crypto, flipBit } from "./helper.ts"

/** RFC 9162 §2.1.1 and §2.1.3.1 word for word: recursion over the split at the largest power of two below n. */
function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

function treeHash(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return crypto.sha256(new Uint8Array())
  if (leaves.length === 1) return crypto.sha256(concat(Uint8Array.of(0), leaves[0]!))
  const k = split(leaves.length)
  return crypto.sha256(concat(Uint8Array.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k))))
}

function inclusionPath(m: number, leaves: Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return []
  const k = split(leaves.length)
  return m < k
    ? [...inclusionPath(m, leaves.slice(0, k)), treeHash(leaves.slice(k))]
    : [...inclusionPath(m - k, leaves.slice(k)), treeHash(leaves.slice(0, k))]
}

const leavesOf = (size: number) => Array.from({ length: size }, (_, i) => Uint8Array.of(i >> 8, i))
const treeOf = (leaves: Uint8Array[]) =>
  new MerkleTree(
    crypto,
    leaves.map((leaf) => leafHash(crypto, leaf)),
  )

/** Inputs and roots of certificate-transparency's own test suite (merkle_tree_test.cc), for RFC 6962 = RFC 9162 hashing. */
const CT_INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
const CT_ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

test("roots of the certificate-transparency vectors", () => {
  CT_ROOTS.forEach((root, i) => {
    expect(toHex(treeOf(CT_INPUTS.slice(0, i + 1).map(fromHex)).root)).toBe(root)
  })
})

test("root and every path of sizes 1 to 130 equal RFC 9162's recursion, and verify", () => {
  for (let size = 1; size <= 130; size++) {
    const leaves = leavesOf(size)
    const tree = treeOf(leaves)
    expect(equalBytes(tree.root, treeHash(leaves))).toBe(true)
    // the recursion is slow: all indices of small sizes, and some of each larger one
    for (let index = 0; index < size; index++) {
      const path = tree.path(index)
      if (size <= 40 || index % 17 === size % 17 || index === size - 1)
        expect(equalBytes(path, concat(...inclusionPath(index, leaves)))).toBe(true)
      expect(verifyPath(crypto, leafHash(crypto, leaves[index]!), index, size, path, tree.root)).toBe(true)
    }
  }
})

describe("verifyPath refuses", () => {
  test("every other index and many other sizes, for sizes 1 to 40", () => {
    for (let size = 1; size <= 40; size++) {
      const leaves = leavesOf(size)
      const tree = treeOf(leaves)
      for (let index = 0; index < size; index++) {
        const leaf = leafHash(crypto, leaves[index]!)
        const path = tree.path(index)
        for (let other = 0; other <= size; other++)
          if (other !== index) expect(verifyPath(crypto, leaf, other, size, path, tree.root)).toBe(false)
        // A size only decides the path's shape, so some wrong sizes give the same shape; the anchor fixes the size.
        expect(verifyPath(crypto, leaf, index, 2 * size + 1, path, tree.root)).toBe(false)
      }
    }
  })

  const leaves = leavesOf(13)
  const tree = treeOf(leaves)
  const leaf = leafHash(crypto, leaves[5]!)
  const path = tree.path(5)

  test("every flipped bit of the path, the leaf and the root", () => {
    for (let bit = 0; bit < path.length * 8; bit++)
      expect(verifyPath(crypto, leaf, 5, 13, flipBit(path, bit), tree.root)).toBe(false)
    for (let bit = 0; bit < 256; bit += 5) {
      expect(verifyPath(crypto, flipBit(leaf, bit), 5, 13, path, tree.root)).toBe(false)
      expect(verifyPath(crypto, leaf, 5, 13, path, flipBit(tree.root, bit))).toBe(false)
    }
  })

  test("a path a step or a byte too short or too long", () => {
    for (const length of [0, 32, 96, 127])
      expect(verifyPath(crypto, leaf, 5, 13, path.slice(0, length), tree.root)).toBe(false)
    for (const more of [1, 32]) {
      const longer = concat(path, new Uint8Array(more))
      expect(verifyPath(crypto, leaf, 5, 13, longer, tree.root)).toBe(false)
    }
  })

  test("an inner node as a leaf", () => {
    // Leaf and node hashes have different prefixes: the parent of leaves 4 and 5 is not under index 2 of 7.
    const parent = crypto.sha256(concat(Uint8Array.of(1), leafHash(crypto, leaves[4]!), leaf))
    expect(verifyPath(crypto, leafHash(crypto, parent), 2, 7, path.slice(32), tree.root)).toBe(false)
  })
})

test("no tree without leaves, no path of a leaf that is not there", () => {
  expect(codeOf(() => new MerkleTree(crypto, []))).toBe("E_MERKLE")
  for (const index of [-1, 3, Number.NaN]) expect(codeOf(() => treeOf(leavesOf(3)).path(index))).toBe("E_MERKLE")
})
