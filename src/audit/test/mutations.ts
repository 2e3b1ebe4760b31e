/** A good receipt with one field changed, and the checks that then fail, with trust. */
import { crypto } from "../../../as/index.ts"
import type { ReceiptFile } from "../../protocol/index.ts"
import { repeat } from "./fixture.ts"

type Mutation = [field: string, change: (file: ReceiptFile) => Partial<ReceiptFile>, failing: string[]]

export const flip = (bytes: Uint8Array, at = bytes.length >> 1) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

const proof = (change: (proofs: ReceiptFile["proofs"]) => unknown) => (file: ReceiptFile) => {
  const proofs = structuredClone(file.proofs)
  change(proofs)
  return { proofs }
}

export const mutations: Mutation[] = [
  ["chain id", () => ({ chainId: 1 }), ["signature", "trusted-chain"]],
  ["genesis", ({ genesisHash }) => ({ genesisHash: flip(genesisHash) }), ["trusted-chain"]],
  ["registry", ({ registry }) => ({ registry: flip(registry) }), ["signature", "registry", "trusted-contracts"]],
  ["anchors", ({ anchors }) => ({ anchors: flip(anchors) }), ["anchor", "trusted-contracts"]],
  ["device, another key", () => ({ publicKey: crypto.getPublicKey(repeat(9, 32)) }), ["signature", "registry"]],
  ["device, no key", () => ({ publicKey: repeat(0xff, 33) }), ["device-key", "signature"]],
  ["report's payload", ({ report }) => ({ report: flip(report, 2) }), ["signature", "path"]],
  ["report's signature", ({ report }) => ({ report: flip(report, report.length - 1) }), ["signature", "path"]],
  ["gateway time", ({ gatewayTime }) => ({ gatewayTime: gatewayTime + 1 }), ["path"]],
  ["role", () => ({ role: 1 }), ["path", "registry"]],
  ["index", () => ({ index: 1 }), ["path"]],
  ["path", ({ path }) => ({ path: flip(path) }), ["path"]],
  ["gateway", ({ gateway }) => ({ gateway: flip(gateway) }), ["anchor", "registry", "trusted-gateway"]],
  ["anchor's epoch", ({ anchor }) => ({ anchor: { ...anchor, epoch: 7 } }), ["anchor"]],
  ["anchor's epoch, before the report's", ({ anchor }) => ({ anchor: { ...anchor, epoch: 5 } }), ["epoch", "anchor"]],
  ["anchor's previous", ({ anchor }) => ({ anchor: { ...anchor, previous: flip(anchor.previous) } }), ["anchor"]],
  ["anchor's root", ({ anchor }) => ({ anchor: { ...anchor, root: flip(anchor.root) } }), ["path", "anchor"]],
  ["anchor's count", ({ anchor }) => ({ anchor: { ...anchor, count: 6 } }), ["anchor"]],
  ["header, no RLP", () => ({ header: repeat(0xff, 500) }), ["seal", "trusted-sealer"]],
  ["account proof", proof(([first]) => (first!.accountProof[0] = flip(first!.accountProof[0]!))), ["anchor"]],
  ["storage proof", proof(([first]) => first!.storage[0]!.proof.pop()), ["anchor"]],
  ["storage proof, empty", proof(([, second]) => (second!.storage[0]!.proof = [])), ["registry"]],
  ["slot", proof(([, second]) => (second!.storage[0]!.slot = repeat(1, 32))), ["registry"]],
  ["proofs, none", () => ({ proofs: [] }), ["anchor", "registry"]],
]
