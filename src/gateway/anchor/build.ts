import { compareBytes } from "../../protocol/bytes.ts"
import { splitSigned } from "../../protocol/cose.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import { HASH_LENGTH, leafHash, MerkleTree } from "../../protocol/merkle.ts"
import { anchorHash, encodeLeaf } from "../../protocol/receipt.ts"
import type { Share, StoredAnchor, WaitingReport } from "../store/anchors.ts"
import type { Store } from "../store/store.ts"

export interface BuiltAnchor {
  anchor: Omit<StoredAnchor, "tx" | "block">
  tree: MerkleTree
}

/**
 * Puts all reports that wait, and do not name an epoch after `epoch`, under one root, and stores it with its leaves.
 * `undefined`: nothing waits, or this epoch has its anchor already.
 */
export function buildAnchor(store: Store, crypto: Crypto, epoch: number, now: number): BuiltAnchor | undefined {
  const last = store.anchors.last()
  if (last && last.epoch >= epoch) return undefined
  const reports = store.anchors.waiting(epoch)
  if (reports.length === 0) return undefined
  const addresses = new Map(reports.map(({ device }) => [device, store.devices.byId(device)!.address]))
  reports.sort((a, b) => compareBytes(addresses.get(a.device)!, addresses.get(b.device)!) || a.seq - b.seq)
  const leaves = reports.map((report) => leafOf(crypto, report))
  const tree = new MerkleTree(crypto, leaves)
  const anchor = {
    epoch,
    previousEpoch: last?.epoch ?? 0,
    previous: last ? anchorHash(crypto, last) : new Uint8Array(HASH_LENGTH),
    root: tree.root,
    count: reports.length,
    builtAt: now,
  }
  store.transaction(() => store.anchors.add(anchor, leaves, reports, sharesOf(reports)))
  return { anchor, tree }
}

function leafOf(crypto: Crypto, { gatewayTime, role, bytes }: WaitingReport): Uint8Array {
  return leafHash(crypto, encodeLeaf({ gatewayTime, role, report: splitSigned(bytes) }))
}

/** Reports are in the order of leaves, so a device's last one has its highest seq. */
function sharesOf(reports: readonly WaitingReport[]): Share[] {
  const shares = new Map<number, Share>()
  for (const { device, seq } of reports) shares.set(device, [device, (shares.get(device)?.[1] ?? 0) + 1, seq])
  return [...shares.values()]
}
