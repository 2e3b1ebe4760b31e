/** Leaves, anchors and compact receipts (docs/protocol.md §7). The full receipt, a file, is in `receipt-file.ts`. */
import { concat, uintBytes } from "./bytes.ts"
import { type CborValue, encode } from "./cbor/index.ts"
import { coseSign1Value, type Signed } from "./cose.ts"
import type { Crypto } from "./crypto.ts"
import { HASH_LENGTH, leafHash, verifyPath } from "./merkle.ts"
import { asArray, asBytes, asUint } from "./shape.ts"

/** Roles, as the registry and every leaf name them. */
export const Role = { serverTrusted: 0, sensor: 1, light: 2 } as const

/** `[gateway time, role, COSE_Sign1]`: what the tree holds of a report. */
export interface Leaf {
  /** unix ms at which the gateway received the report */
  gatewayTime: number
  role: number
  report: Signed
}

export function encodeLeaf({ gatewayTime, role, report }: Leaf): Uint8Array {
  return encode([gatewayTime, role, coseSign1Value(report)])
}

/** A Merkle root as it stands on chain. */
export interface Anchor {
  epoch: number
  /** hash of the gateway's anchor before this one; zeros for the first */
  previous: Uint8Array
  root: Uint8Array
  /** leaves under the root */
  count: number
}

/** What the contract's slot holds: SHA-256(previous || root || count(4) || epoch(8)), integers big-endian. */
export function anchorHash(crypto: Crypto, { epoch, previous, root, count }: Anchor): Uint8Array {
  return crypto.sha256(concat(previous, root, uintBytes(count, 4), uintBytes(epoch, 8)))
}

/** Where a report stands under an anchor. */
export interface CompactReceipt {
  seq: number
  gatewayTime: number
  role: number
  index: number
  /** Merkle path, 32 bytes a step, lowest first */
  path: Uint8Array
}

/** An anchor with the receipts of one device under it. */
export interface AnchoredReceipts {
  anchor: Anchor
  receipts: CompactReceipt[]
}

/** Whether `report` stands under the anchor's root where its compact receipt says. */
export function verifyCompactReceipt(crypto: Crypto, anchor: Anchor, receipt: CompactReceipt, report: Signed): boolean {
  const { gatewayTime, role, index, path } = receipt
  const leaf = leafHash(crypto, encodeLeaf({ gatewayTime, role, report }))
  return verifyPath(crypto, leaf, index, anchor.count, path, anchor.root)
}

export function receiptsValue({ anchor, receipts }: AnchoredReceipts): CborValue {
  const { epoch, previous, root, count } = anchor
  const entries = receipts.map(({ seq, gatewayTime, role, index, path }) => [seq, gatewayTime, role, index, path])
  return [epoch, previous, root, count, entries]
}

export function asAnchoredReceipts(value: CborValue | undefined): AnchoredReceipts {
  const [epoch, previous, root, count, entries] = asArray(value, "anchored receipts", 5, 5)
  return {
    anchor: {
      epoch: asUint(epoch, "epoch"),
      previous: asBytes(previous, "previous anchor", HASH_LENGTH),
      root: asBytes(root, "root", HASH_LENGTH),
      count: asUint(count, "count", 0xffffffff),
    },
    receipts: asArray(entries, "receipts").map((entry) => {
      const [seq, gatewayTime, role, index, path] = asArray(entry, "receipt", 5, 5)
      return {
        seq: asUint(seq, "seq"),
        gatewayTime: asUint(gatewayTime, "gateway time"),
        role: asUint(role, "role"),
        index: asUint(index, "index"),
        path: asBytes(path, "path"),
      }
    }),
  }
}
