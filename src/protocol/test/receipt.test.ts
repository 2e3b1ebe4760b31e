import { describe, expect, test } from "vitest"
import {
  type Anchor,
  anchorHash,
  type CborValue,
  coseSign1,
  decode,
  decodeReceiptFile,
  encode,
  encodeLeaf,
  encodeReceiptFile,
  encodeReport,
  joinSigned,
  Kind,
  leafHash,
  MerkleTree,
  type ReceiptFile,
  signPayload,
  toHex,
  verifyCompactReceipt,
} from "../index.ts"
import { codeOf, context, crypto, flipBit, hex, publicKey, repeat, secretKey } from "./helper.ts"

const signed = (seq: number) =>
  signPayload(
    crypto,
    context,
    secretKey,
    encodeReport({ kind: Kind.samples, seq, epoch: 5, prev: repeat(3, 8), at: 1, step: 0, samples: [[seq]] }),
  )
const leaves = [1, 2, 3, 4, 5].map((seq) => ({ gatewayTime: 1_700_000_000_000 + seq, role: 0, report: signed(seq) }))
const tree = new MerkleTree(
  crypto,
  leaves.map((leaf) => leafHash(crypto, encodeLeaf(leaf))),
)
const anchor: Anchor = { epoch: 6, previous: repeat(0, 32), root: tree.root, count: tree.size }
const receipt = { seq: 4, gatewayTime: leaves[3]!.gatewayTime, role: 0, index: 3, path: tree.path(3) }

test("a leaf is [gateway time, role, tagged COSE_Sign1]", () => {
  const { gatewayTime, role, report } = leaves[0]!
  expect(toHex(encodeLeaf(leaves[0]!))).toBe(`83${toHex(encode(gatewayTime))}0${role}${toHex(coseSign1(report))}`)
})

describe("compact receipt", () => {
  const verified = (change: object, of = anchor, report = leaves[3]!.report) =>
    verifyCompactReceipt(crypto, of, { ...receipt, ...change }, report)

  test("of each leaf verifies", () => {
    leaves.forEach(({ gatewayTime, report }, index) => {
      expect(verified({ gatewayTime, index, path: tree.path(index) }, anchor, report)).toBe(true)
    })
  })

  test("of anything else does not", () => {
    expect(verified({})).toBe(true)
    expect(verified({ gatewayTime: receipt.gatewayTime + 1 })).toBe(false)
    expect(verified({ role: 1 })).toBe(false)
    expect(verified({ index: 2 })).toBe(false)
    expect(verified({ path: flipBit(receipt.path, 8) })).toBe(false)
    expect(verified({}, { ...anchor, root: repeat(0, 32) })).toBe(false)
    expect(verified({}, { ...anchor, count: 3 })).toBe(false)
    expect(verified({}, anchor, leaves[2]!.report)).toBe(false)
  })
})

test("the anchor hash, byte for byte, as the contract makes it", () => {
  const bytes = hex(`${"00".repeat(32)} ${toHex(tree.root)} 00000005 0000000000000006`)
  expect(toHex(anchorHash(crypto, anchor))).toBe(toHex(crypto.sha256(bytes)))
  for (const change of [{ epoch: 7 }, { count: 6 }, { previous: repeat(1, 32) }, { root: repeat(1, 32) }])
    expect(anchorHash(crypto, { ...anchor, ...change })).not.toEqual(anchorHash(crypto, anchor))
})

const file: ReceiptFile = {
  chainId: context.chainId,
  genesisHash: repeat(1, 32),
  registry: context.registry,
  anchors: repeat(2, 20),
  publicKey,
  report: joinSigned(leaves[3]!.report),
  gatewayTime: receipt.gatewayTime,
  role: 0,
  index: 3,
  path: receipt.path,
  gateway: repeat(4, 20),
  anchor,
  header: repeat(5, 600),
  proofs: [
    {
      contract: repeat(2, 20),
      accountProof: [repeat(6, 500), repeat(7, 100)],
      storage: [{ slot: repeat(8, 32), proof: [repeat(9, 60)] }],
    },
    { contract: context.registry, accountProof: [], storage: [] },
  ],
}

describe("receipt file", () => {
  const without = (key: string, ...put: [CborValue, CborValue][]) => {
    const map = decode(encodeReceiptFile(file)) as Map<CborValue, CborValue>
    map.delete(key)
    for (const [name, value] of put) map.set(name, value)
    return encode(map)
  }

  test("round trip, and one encoding only", () => {
    const bytes = encodeReceiptFile(file)
    expect(decodeReceiptFile(bytes)).toEqual(file)
    expect(toHex(encodeReceiptFile(decodeReceiptFile(bytes)))).toBe(toHex(bytes))
  })

  test("refuses other formats, missing, renamed and further fields, and counts with the same anchor hash", () => {
    expect(codeOf(() => decodeReceiptFile(without("format", ["format", "dormouse-receipt-2"])))).toBe(
      "E_RECEIPT_FORMAT",
    )
    for (const key of ["chain", "device", "report", "leaf", "gateway", "anchor", "header", "proofs"]) {
      expect(codeOf(() => decodeReceiptFile(without(key)))).toBe("E_MESSAGE")
      expect(codeOf(() => decodeReceiptFile(without(key, ["else", 1])))).toBe("E_MESSAGE")
    }
    expect(codeOf(() => decodeReceiptFile(without("", ["note", "hello"])))).toBe("E_MESSAGE")
    const count = ["anchor", [6, repeat(0, 32), tree.root, 2 ** 32 + 5]] as [CborValue, CborValue]
    expect(codeOf(() => decodeReceiptFile(without("anchor", count)))).toBe("E_MESSAGE")
    expect(codeOf(() => decodeReceiptFile(encode([])))).toBe("E_MESSAGE")
    expect(codeOf(() => decodeReceiptFile(encodeReceiptFile(file).slice(0, -1)))).toMatch(/^E_CBOR_/)
  })
})
