/**
 * EIP-225 (Clique) with a fixed list of sealers.
 * @module
 */
import { RLP } from "@ethereumjs/rlp"
import { concatBytes } from "@ethereumjs/util"
import { keccak, recoverAddress, signDigest } from "./crypto.ts"
import { type Header, headerFields } from "./header.ts"

/** EXTRA_VANITY: free bytes before the list of sealers. */
export const VANITY = 32
/** EXTRA_SEAL: r, s and recovery id behind everything else. */
export const SEAL = 65
/** EPOCH_LENGTH: each such block repeats the list of sealers and drops pending votes. */
export const CHECKPOINT_EPOCH = 30_000
/** DIFF_INTURN: with one sealer, every block is in turn. */
export const IN_TURN = 2n

/** Vanity of a chain that nobody has anything to say about. */
const NO_VANITY = new Uint8Array(VANITY)

/** extraData without a seal: 32 free bytes, the sealers where the block is a checkpoint, room for the seal. */
export function extraDataOf(
  number: bigint,
  sealers: readonly Uint8Array[],
  vanity: Uint8Array = NO_VANITY,
): Uint8Array {
  const listed = number % BigInt(CHECKPOINT_EPOCH) === 0n ? sealers : []
  return concatBytes(vanity, ...listed, new Uint8Array(SEAL))
}

/** What a sealer signs: the hash of the header with the seal cut off extraData. */
export function sealHash(header: Header): Uint8Array {
  const extraData = header.extraData.slice(0, -SEAL)
  return keccak(RLP.encode(headerFields({ ...header, extraData })))
}

export function sealHeader(header: Header, secretKey: Uint8Array): Header {
  const seal = signDigest(sealHash(header), secretKey)
  return { ...header, extraData: concatBytes(header.extraData.slice(0, -SEAL), seal) }
}

/** Address that sealed `header`; throws where the seal is none. */
export const sealerOf = (header: Header): Uint8Array => recoverAddress(sealHash(header), header.extraData.slice(-SEAL))

/** The sealers that a genesis block names. */
export function genesisSealers(extraData: Uint8Array): Uint8Array[] {
  const list = extraData.slice(VANITY, -SEAL)
  if (extraData.length < VANITY + SEAL || list.length === 0 || list.length % 20 !== 0) {
    throw new RangeError("extraData: 32 bytes, addresses of 20 bytes and 65 bytes expected (EIP-225)")
  }
  return Array.from({ length: list.length / 20 }, (_, index) => list.slice(index * 20, index * 20 + 20))
}
