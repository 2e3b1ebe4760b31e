/**
 * The free 32 bytes of a block's extraData (EIP-225) say which incarnation of the gateway sealed it, and behind which
 * block that began: "dormouse", incarnation (4 bytes), height (8), zeros. The first incarnation leaves all of it zero.
 */
import type { Incarnation } from "../store/incarnations.ts"

const LENGTH = 32
const TAG = "dormouse"

export type SealedBy = Pick<Incarnation, "number" | "height">

export function vanityOf({ number, height }: SealedBy): Uint8Array | undefined {
  if (number === 1) return undefined
  const vanity = Buffer.alloc(LENGTH)
  vanity.write(TAG, "latin1")
  vanity.writeUInt32BE(number, TAG.length)
  vanity.writeBigUInt64BE(BigInt(height), TAG.length + 4)
  return new Uint8Array(vanity)
}

/** What a header's extraData says; `undefined`: not a word of ours. */
export function readVanity(extraData: Uint8Array): SealedBy | undefined {
  const vanity = Buffer.from(extraData.subarray(0, LENGTH))
  if (vanity.every((byte) => byte === 0)) return { number: 1, height: 0 }
  if (vanity.toString("latin1", 0, TAG.length) !== TAG) return undefined
  return { number: vanity.readUInt32BE(TAG.length), height: Number(vanity.readBigUInt64BE(TAG.length + 4)) }
}
