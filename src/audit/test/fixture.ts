/**
 * A receipt over a state made by hand: two accounts, their storage, one sealed header. The chain here is as good as any
 * to a verifier, so every field can be bent; `receipt-of-gateway.test.ts` does the same over the real one.
 */
import { createMerkleProof, MerklePatriciaTrie } from "@ethereumjs/mpt"
import { RLP } from "@ethereumjs/rlp"
import { crypto } from "../../../as/index.ts"
import {
  addressOf,
  anchorHash,
  concat,
  encodeLeaf,
  encodeReport,
  FIRST_HEAD,
  joinSigned,
  Kind,
  leafHash,
  MerkleTree,
  type ReceiptFile,
  signPayload,
  uintBytes,
} from "../../protocol/index.ts"
import { anchorSlot, deviceSlot } from "../state-proof.ts"
import type { Trust } from "../trust.ts"

export const repeat = (byte: number, length: number) => new Uint8Array(length).fill(byte)
export const secrets = { device: repeat(0x11, 32), sealer: repeat(0x22, 32), gateway: repeat(0x33, 32) }
const address = (secret: Uint8Array) => addressOf(crypto, crypto.getPublicKey(secret))

/** Everything that a test may bend; the rest follows from it consistently. */
export interface World {
  chainId: number
  genesisHash: Uint8Array
  sealer: Uint8Array
  registry: Uint8Array
  anchors: Uint8Array
  gateway: Uint8Array
  homeGateway: Uint8Array
  status: number
  role: number
  /** as the leaf says */
  leafRole: number
  claimedEpoch: number
}

export const world: World = {
  chainId: 1337,
  genesisHash: repeat(0x99, 32),
  sealer: secrets.sealer,
  registry: repeat(0xaa, 20),
  anchors: repeat(0xbb, 20),
  gateway: address(secrets.gateway),
  homeGateway: address(secrets.gateway),
  status: 2,
  role: 0,
  leafRole: 0,
  claimedEpoch: 6,
}

export const trust: Trust = {
  chainId: world.chainId,
  genesisHash: world.genesisHash,
  sealers: [address(secrets.sealer)],
  registry: world.registry,
  anchors: world.anchors,
  gateways: [world.gateway],
  finality: "single-sealer",
}

const keccak = (bytes: Uint8Array) => crypto.keccak256(bytes)

async function trieOf(entries: [key: Uint8Array, value: Uint8Array][]): Promise<MerklePatriciaTrie> {
  const trie = new MerklePatriciaTrie({ useKeyHashing: true, useKeyHashingFunction: keccak })
  for (const [key, value] of entries) await trie.put(key, value)
  return trie
}

/** A storage trie with the word at `slot` and a few neighbours. */
function storageOf(slot: Uint8Array, word: Uint8Array): Promise<MerklePatriciaTrie> {
  const neighbours = [1, 2, 3, 4].map((i): [Uint8Array, Uint8Array] => [repeat(i, 32), RLP.encode(uintBytes(i, 1))])
  return trieOf([[slot, RLP.encode(word.slice(word.findIndex((byte) => byte !== 0)))], ...neighbours])
}

const accountOf = (storage: MerklePatriciaTrie) =>
  RLP.encode([uintBytes(1, 1), new Uint8Array(), storage.root(), keccak(repeat(0, 1))])

export function sealedHeader(stateRoot: Uint8Array, sealer: Uint8Array): Uint8Array {
  const fields = (extra: Uint8Array) => [
    ...[repeat(1, 32), repeat(2, 32), repeat(0, 20), stateRoot, repeat(3, 32), repeat(4, 32), repeat(0, 256)],
    ...[2, 42, 30_000_000, 50_000, 1_760_000_000].map((number) =>
      uintBytes(number, 4).slice(uintBytes(number, 4).findIndex((byte) => byte !== 0)),
    ),
    ...[extra, repeat(0, 32), repeat(0, 8), uintBytes(7, 1)],
  ]
  const vanity = repeat(0, 32)
  const seal = crypto.sign(keccak(RLP.encode(fields(vanity))), sealer)
  return RLP.encode(fields(concat(vanity, seal)))
}

export async function makeReceipt(change: Partial<World> = {}): Promise<ReceiptFile> {
  const w = { ...world, ...change }
  const device = address(secrets.device)
  const context = { chainId: w.chainId, registry: w.registry, device }
  const reports = [1, 2, 3, 4, 5].map((seq) => {
    const common = { kind: Kind.samples, seq, epoch: w.claimedEpoch, prev: FIRST_HEAD, at: 5 } as const
    return signPayload(crypto, context, secrets.device, encodeReport({ ...common, step: 0, samples: [[seq]] }))
  })
  const leaves = reports.map((report, i) => ({ gatewayTime: 1_760_000_000_000 + i, role: w.leafRole, report }))
  const tree = new MerkleTree(
    crypto,
    leaves.map((leaf) => leafHash(crypto, encodeLeaf(leaf))),
  )
  const anchor = { epoch: 6, previous: repeat(5, 32), root: tree.root, count: tree.size }

  const slots = { anchor: anchorSlot(crypto, w.gateway, anchor.epoch), device: deviceSlot(crypto, device) }
  const state = concat(uintBytes(9, 10), w.homeGateway, Uint8Array.of(w.role, w.status))
  const storage = {
    anchors: await storageOf(slots.anchor, anchorHash(crypto, anchor)),
    registry: await storageOf(slots.device, state),
  }
  const accounts = await trieOf([
    [w.anchors, accountOf(storage.anchors)],
    [w.registry, accountOf(storage.registry)],
    [repeat(1, 20), accountOf(storage.registry)],
  ])
  const proofOf = async (contract: Uint8Array, trie: MerklePatriciaTrie, slot: Uint8Array) => ({
    contract,
    accountProof: await createMerkleProof(accounts, contract),
    storage: [{ slot, proof: await createMerkleProof(trie, slot) }],
  })
  return {
    ...{ chainId: w.chainId, genesisHash: w.genesisHash, registry: w.registry, anchors: w.anchors },
    publicKey: crypto.getPublicKey(secrets.device),
    report: joinSigned(reports[2]!),
    gatewayTime: leaves[2]!.gatewayTime,
    role: w.leafRole,
    index: 2,
    path: tree.path(2),
    gateway: w.gateway,
    anchor,
    header: sealedHeader(accounts.root(), w.sealer),
    proofs: [
      await proofOf(w.anchors, storage.anchors, slots.anchor),
      await proofOf(w.registry, storage.registry, slots.device),
    ],
  }
}
