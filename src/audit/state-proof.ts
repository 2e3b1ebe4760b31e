/** Values of a contract's storage, proven against a block's state root (EIP-1186, Yellow Paper appendix D). */
import { verifyMerkleProof } from "@ethereumjs/mpt"
import { RLP } from "@ethereumjs/rlp"
import { concat, uintBytes } from "../protocol/bytes.ts"
import { type ContractProof, type Crypto, DormouseError, equalBytes, toHex } from "../protocol/index.ts"

/** Storage layout of the contracts, as docs/chain.md gives it: slot numbers of the two mappings. */
const DEVICES_SLOT = 2
const ANCHORS_SLOT = 3

/** Key of `devices[device]` in DeviceRegistry: its state; the profile hash follows in the next slot. */
export function deviceSlot(crypto: Crypto, device: Uint8Array): Uint8Array {
  return mappingSlot(crypto, device, uintBytes(DEVICES_SLOT, 32))
}

/** Key of `anchors[gateway][epoch]` in ReadingAnchor. */
export function anchorSlot(crypto: Crypto, gateway: Uint8Array, epoch: number): Uint8Array {
  return mappingSlot(crypto, uintBytes(epoch, 32), mappingSlot(crypto, gateway, uintBytes(ANCHORS_SLOT, 32)))
}

/** Solidity's rule for mappings: keccak256(key, padded to 32 bytes || slot of the mapping). */
function mappingSlot(crypto: Crypto, key: Uint8Array, slot: Uint8Array): Uint8Array {
  return crypto.keccak256(concat(new Uint8Array(32 - key.length), key, slot))
}

/** State of a device in the registry: one word of status (lowest byte), role, home gateway (20), changed at (8). */
export interface DeviceState {
  status: number
  role: number
  homeGateway: Uint8Array
  changedAt: number
}

/** As the contract counts. */
export const DeviceStatus = { none: 0, pending: 1, approved: 2, revoked: 3 } as const

export function parseDeviceState(word: Uint8Array): DeviceState {
  return {
    status: word[31]!,
    role: word[30]!,
    homeGateway: word.slice(10, 30),
    changedAt: word.slice(2, 10).reduce((sum, byte) => sum * 256 + byte, 0),
  }
}

/**
 * The word at `slot` of `contract` under `stateRoot`; zeros where it was never written. Throws `E_PROOF` where `proofs`
 * does not prove it.
 */
export async function provenWord(
  crypto: Crypto,
  stateRoot: Uint8Array,
  proofs: readonly ContractProof[],
  contract: Uint8Array,
  slot: Uint8Array,
): Promise<Uint8Array> {
  const proof = proofs.find((candidate) => equalBytes(candidate.contract, contract))
  if (!proof) refuse(`none for contract 0x${toHex(contract)}`)
  const storage = proof.storage.find((candidate) => equalBytes(candidate.slot, slot))
  if (!storage) refuse(`none for slot 0x${toHex(slot)} of contract 0x${toHex(contract)}`)

  const account = await lookUp(crypto, stateRoot, contract, proof.accountProof, "account")
  if (!account) refuse(`contract 0x${toHex(contract)} does not exist in this state`)
  // an account is [nonce, balance, storage root, code hash]
  const storageRoot = rlpItem(account, 2)
  const value = await lookUp(crypto, storageRoot, slot, storage.proof, "storage")
  const word = value ? rlpItem(value) : new Uint8Array()
  if (word.length > 32) refuse("a word of more than 32 bytes")
  return concat(new Uint8Array(32 - word.length), word)
}

async function lookUp(crypto: Crypto, root: Uint8Array, key: Uint8Array, nodes: Uint8Array[], which: string) {
  if (nodes.length === 0) refuse(`the ${which} proof is empty`)
  const options = { root, useKeyHashing: true, useKeyHashingFunction: (bytes: Uint8Array) => crypto.keccak256(bytes) }
  try {
    return await verifyMerkleProof(key, nodes, options)
  } catch (cause) {
    refuse(`the ${which} proof does not lead from its root to the key`, cause)
  }
}

/** A byte string from RLP, or item `index` of a list of four. */
function rlpItem(encoded: Uint8Array, index?: number): Uint8Array {
  const decoded: unknown = RLP.decode(encoded)
  const item =
    index === undefined ? decoded : Array.isArray(decoded) && decoded.length === 4 ? decoded[index] : undefined
  return item instanceof Uint8Array ? item : refuse("what it proves is not an account or a word")
}

function refuse(why: string, cause?: unknown): never {
  throw new DormouseError("E_PROOF", `State proof: ${why}.`, { cause })
}
