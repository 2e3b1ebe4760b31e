import { createHash } from "node:crypto"
import { encodeAbiParameters, keccak256 } from "viem"
import type { Hex } from "./keys.ts"

// Where the contracts keep what a receipt proves (docs/chain.md; a test holds the numbers against the compiler's layout).

/** `devices` of DeviceRegistry. */
const DEVICES_SLOT = 2n
/** `anchors` of ReadingAnchor. */
const ANCHORS_SLOT = 3n

const slotOf = (type: "address" | "uint64", key: Hex | bigint, outer: Hex) =>
  keccak256(encodeAbiParameters([{ type }, { type: "bytes32" }], [key as never, outer]))

const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`

/** State and profile of a device: two slots, one after the other. */
export function deviceSlots(device: Hex): { state: Hex; profile: Hex } {
  const state = slotOf("address", device, word(DEVICES_SLOT))
  return { state, profile: word(BigInt(state) + 1n) }
}

export function anchorSlot(gateway: Hex, epoch: number): Hex {
  return slotOf("uint64", BigInt(epoch), slotOf("address", gateway, word(ANCHORS_SLOT)))
}

/** Epoch, count and the epoch before in the word that ReadingAnchor takes and tells: epoch in the lowest 8 bytes. */
export function anchorPosition(epoch: number, previousEpoch: number, count: number): bigint {
  return (BigInt(previousEpoch) << 96n) | (BigInt(count) << 64n) | BigInt(epoch)
}

/** What a slot holds: SHA-256(previous || root || count (4 bytes) || epoch (8 bytes)), big-endian. */
export function anchorLink(previous: Uint8Array, root: Uint8Array, count: number, epoch: number): Uint8Array {
  const numbers = Buffer.alloc(12)
  numbers.writeUInt32BE(count, 0)
  numbers.writeBigUInt64BE(BigInt(epoch), 4)
  return new Uint8Array(createHash("sha256").update(previous).update(root).update(numbers).digest())
}
