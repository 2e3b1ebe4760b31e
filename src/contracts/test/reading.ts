import { crypto } from "../../../as/index.ts"
import type { AnchoredReading, Hex } from "../../gateway/chain/index.ts"
import { anchorLink } from "../../gateway/chain/slots.ts"
import {
  encodeLeaf,
  encodeReport,
  FIRST_HEAD,
  fromHex,
  Kind,
  leafHash,
  MerkleTree,
  type Report,
  type Signed,
  signingDigest,
  toHex,
} from "../../protocol/index.ts"

/** Where a device's readings are to count. */
export interface Place {
  chainId: number
  registry: Hex
  gateway: Hex
  epoch: number
  role?: number
}

const samples = (seq: number, epoch: number): Report => ({
  ...{ kind: Kind.samples, seq, epoch, prev: FIRST_HEAD, at: 150, step: 60 },
  samples: [
    [2370, 2627, 749],
    [2372, 2629, 760],
  ],
})

/** A tree of `count` leaves over reports of one device, made with the project's own protocol; every leaf's reading. */
export function anchoredReadings(
  secretKey: Uint8Array,
  device: Hex,
  { chainId, registry, gateway, epoch, role = 0 }: Place,
  { count, make = samples }: { count: number; make?: (seq: number, epoch: number) => Report },
): { root: Hex; readings: AnchoredReading[]; link: Uint8Array } {
  const context = { chainId, registry: fromHex(registry.slice(2)), device: fromHex(device.slice(2)) }
  const signatures: Uint8Array[] = []
  const reports = Array.from({ length: count }, (_, i): Signed => {
    const payload = encodeReport(make(i + 1, epoch))
    const signature = crypto.sign(signingDigest(crypto, context, payload), secretKey)
    signatures.push(signature)
    return { payload, signature: signature.slice(0, 64) }
  })
  const time = (i: number) => 1_760_000_012_000 + i
  const leaves = reports.map((report, i) => leafHash(crypto, encodeLeaf({ gatewayTime: time(i), role, report })))
  const tree = new MerkleTree(crypto, leaves)
  const previous = new Uint8Array(32)
  const readings = reports.map(({ payload }, index) => ({
    ...{ device, payload, signature: signatures[index]!, gatewayTime: time(index), role, index },
    ...{ path: tree.path(index), gateway, epoch, previous, count },
  }))
  return { root: `0x${toHex(tree.root)}`, readings, link: anchorLink(previous, tree.root, count, epoch) }
}
