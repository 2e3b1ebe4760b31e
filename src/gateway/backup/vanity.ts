/**
 * The free 32 bytes of a block's extraData (EIP-225) say which incarnation of the gateway sealed it, and behind which
 * block and when that began: "dormouse", incarnation (4 bytes), height (8), unix ms (8), zeros. The time tells two
 * restores of one backup apart. The first incarnation leaves all of it zero.
 */
import type { Incarnation } from "../store/incarnations.ts"

const LENGTH = 32
const TAG = "dormouse"
const HEIGHT = TAG.length + 4
const STARTED = HEIGHT + 8

export type SealedBy = Pick<Incarnation, "number" | "height" | "startedAt">

export function vanityOf({ number, height, startedAt }: SealedBy): Uint8Array | undefined {
  if (number === 1) return undefined
  const vanity = Buffer.alloc(LENGTH)
  vanity.write(TAG, "latin1")
  vanity.writeUInt32BE(number, TAG.length)
  vanity.writeBigUInt64BE(BigInt(height), HEIGHT)
  vanity.writeBigUInt64BE(BigInt(startedAt), STARTED)
  return new Uint8Array(vanity)
}

/** What a header's extraData says; `undefined`: not a word of ours. */
export function readVanity(extraData: Uint8Array): SealedBy | undefined {
  const vanity = Buffer.from(extraData.subarray(0, LENGTH))
  if (vanity.every((byte) => byte === 0)) return { number: 1, height: 0, startedAt: 0 }
  if (vanity.toString("latin1", 0, TAG.length) !== TAG) return undefined
  const [height, startedAt] = [HEIGHT, STARTED].map((at) => Number(vanity.readBigUInt64BE(at))) as [number, number]
  return { number: vanity.readUInt32BE(TAG.length), height, startedAt }
}
