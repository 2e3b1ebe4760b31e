import { verifyMerkleProof } from "@ethereumjs/mpt"
import { RLP } from "@ethereumjs/rlp"
import { equalsBytes } from "@ethereumjs/util"
import { keccak_256 } from "@noble/hashes/sha3.js"
import * as secp from "@noble/secp256k1"
import { bytesToHex, concatBytes, hexToBytes } from "viem"
import { afterAll, beforeAll, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import {
  type AnchorProof,
  anchorLink,
  anchorSlot,
  type Contracts,
  deviceSlots,
  type EmbeddedChain,
  openContracts,
  startEmbeddedChain,
} from "../index.ts"
import { stoppedClock, TestDevice, temporaryDirectory } from "./support.ts"

const directory = temporaryDirectory()
const dir = directory.path
const device = new TestDevice(21)
const root = new Uint8Array(32).fill(7)
let node: EmbeddedChain
let contracts: Contracts
let proof: AnchorProof
let blockHash: string

beforeAll(async () => {
  await buildContracts({ quiet: true })
  node = await startEmbeddedChain({ dir, clock: stoppedClock() })
  contracts = await openContracts({ node, dir })
  const { registry, anchors, deployment, gateway, proofs } = contracts
  // Tries with more than one leaf have more than one kind of node.
  for (let seed = 22; seed < 30; seed++) {
    await registry.request(new TestDevice(seed).request(node.chainId, deployment.registry, gateway))
  }
  await registry.request(device.request(node.chainId, deployment.registry, gateway))
  await registry.approve(device.address, 1)
  for (let epoch = 1; epoch < 12; epoch++) await anchors.submit({ epoch, previousEpoch: 0, root, count: epoch })
  const included = await anchors.submit({ epoch: 70_000, previousEpoch: 11, root, count: 1024 })
  blockHash = included.blockHash
  // Later blocks change the state; the proof is of this one.
  await registry.revoke(device.address)
  await anchors.submit({ epoch: 70_001, previousEpoch: 70_000, root, count: 1 })
  proof = await proofs.forAnchor(gateway, 70_000, device.address, included.blockNumber)
})
afterAll(async () => {
  await node.close()
  directory.remove()
})

const STATE_ROOT = 3
const EXTRA_DATA = 12

async function storageRoot(stateRoot: Uint8Array, address: string, path: Uint8Array[]): Promise<Uint8Array> {
  expect(bytesToHex(keccak_256(path[0]!))).toBe(bytesToHex(stateRoot))
  const account = await verifyMerkleProof(hexToBytes(address as `0x${string}`), path, { useKeyHashing: true })
  return (RLP.decode(account!) as Uint8Array[])[2]!
}

async function slotValue(root: Uint8Array, slot: string, path: Uint8Array[]): Promise<bigint> {
  expect(bytesToHex(keccak_256(path[0]!))).toBe(bytesToHex(root))
  const value = await verifyMerkleProof(hexToBytes(slot as `0x${string}`), path, { useKeyHashing: true })
  return BigInt(bytesToHex(RLP.decode(value!) as Uint8Array))
}

test("the header is the block's, and sealed by the sealer", () => {
  expect(bytesToHex(keccak_256(proof.header))).toBe(blockHash)
  const fields = RLP.decode(proof.header) as Uint8Array[]
  const extraData = fields[EXTRA_DATA]!
  const seal = extraData.slice(-65)
  const unsealed = RLP.encode(fields.with(EXTRA_DATA, extraData.slice(0, -65)))
  const signature = concatBytes([seal.slice(64), seal.slice(0, 64)])
  const key = secp.recoverPublicKey(signature, keccak_256(unsealed), { prehash: false })
  const full = secp.Point.fromBytes(key).toBytes(false)
  expect(bytesToHex(keccak_256(full.slice(1)).slice(12))).toBe(node.sealers[0])
})

test("the anchor's slot is in the state", async () => {
  const { deployment, gateway, anchors } = contracts
  const stateRoot = (RLP.decode(proof.header) as Uint8Array[])[STATE_ROOT]!
  const storage = await storageRoot(stateRoot, deployment.anchor, proof.accountProofs.anchor)
  const value = await slotValue(storage, anchorSlot(gateway, 70_000), proof.storageProofs.anchor.proof)
  const previous = (await anchors.slot(gateway, 11))!
  const link = anchorLink(previous, root, 1024, 70_000)
  expect(value).toBe(BigInt(bytesToHex(link)))
  expect(equalsBytes(proof.storageProofs.anchor.value, link)).toBe(true)
})

test("the device's slots are in the state of that block, not of a later one", async () => {
  const { deployment, gateway } = contracts
  const stateRoot = (RLP.decode(proof.header) as Uint8Array[])[STATE_ROOT]!
  const storage = await storageRoot(stateRoot, deployment.registry, proof.accountProofs.registry)
  const { state, profile } = deviceSlots(device.address)
  const word = await slotValue(storage, state, proof.storageProofs.device.proof)
  expect(word & 0xffn).toBe(2n) // approved; it is revoked since
  expect((word >> 8n) & 0xffn).toBe(1n)
  expect((word >> 16n) & ((1n << 160n) - 1n)).toBe(BigInt(gateway))
  expect(await slotValue(storage, profile, proof.storageProofs.profile.proof)).toBe(BigInt(`0x${"50".repeat(32)}`))
})

test("an empty slot has a proof of its absence", async () => {
  const { deployment, gateway, client } = contracts
  const slot = anchorSlot(gateway, 99)
  const answer = await client.getProof({ address: deployment.anchor, storageKeys: [slot] })
  const { proof: path } = answer.storageProof[0]!
  const nodes = path.map((each) => hexToBytes(each))
  expect(bytesToHex(keccak_256(nodes[0]!))).toBe(answer.storageHash)
  expect(await verifyMerkleProof(hexToBytes(slot), nodes, { useKeyHashing: true })).toBeNull()
})

test("a block that is not there has no proof", async () => {
  const { proofs, gateway } = contracts
  await expect(proofs.forAnchor(gateway, 1, device.address, 9999)).rejects.toThrow()
})
