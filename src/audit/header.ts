/** What an auditor reads of a block header, and who sealed it. */
import { RLP } from "@ethereumjs/rlp"
import { concat, equalBytes } from "../protocol/bytes.ts"
import { addressOf, type Crypto, DormouseError } from "../protocol/index.ts"

/** EIP-225: 32 free bytes, then a list of sealers in checkpoint blocks, then the seal r(32) || s(32) || v(1). */
const VANITY_LENGTH = 32
const SEAL_LENGTH = 65
/** Order of fields: Yellow Paper §4.4; from London on the base fee follows, then what later forks added. */
const LONDON_FIELDS = 16
const MOST_FIELDS = 21
const STATE_ROOT = 3
const NUMBER = 8
const TIMESTAMP = 11
const EXTRA_DATA = 12

export interface SealedHeader {
  /** Keccak-256 of the header */
  hash: Uint8Array
  number: number
  /** unix seconds */
  timestamp: number
  stateRoot: Uint8Array
  /** address that made the seal, 20 bytes; `undefined` where the seal is none */
  sealer: Uint8Array | undefined
}

/** Throws `E_HEADER` where the bytes are not one RLP-coded header with room for a seal. */
export function readHeader(crypto: Crypto, bytes: Uint8Array): SealedHeader {
  const fields = decodeFields(bytes)
  const extraData = fields[EXTRA_DATA]!
  const stateRoot = fields[STATE_ROOT]!
  if (stateRoot.length !== 32) refuse("its state root has not 32 bytes")
  if (extraData.length < VANITY_LENGTH + SEAL_LENGTH) refuse("its extraData is too short for a seal")
  const seal = extraData.slice(-SEAL_LENGTH)
  // The sealer signs the header as it is without the seal (EIP-225, "SealHash").
  const unsealed = fields.map((field, i) => (i === EXTRA_DATA ? field.slice(0, -SEAL_LENGTH) : field))
  const key = seal[SEAL_LENGTH - 1]! < 2 ? crypto.recover(seal, crypto.keccak256(RLP.encode(unsealed))) : undefined
  return {
    hash: crypto.keccak256(bytes),
    number: toNumber(fields[NUMBER]!),
    timestamp: toNumber(fields[TIMESTAMP]!),
    stateRoot,
    sealer: key && addressOf(crypto, key),
  }
}

function decodeFields(bytes: Uint8Array): Uint8Array[] {
  let fields: unknown
  try {
    fields = RLP.decode(bytes)
  } catch (cause) {
    refuse("it is not RLP", cause)
  }
  if (!Array.isArray(fields) || fields.length < LONDON_FIELDS || fields.length > MOST_FIELDS)
    refuse(`a list of ${LONDON_FIELDS} to ${MOST_FIELDS} fields is expected`)
  if (!fields.every((field) => field instanceof Uint8Array)) refuse("a field is a list")
  // One header, one form: nothing hides in a longer encoding.
  if (!equalBytes(RLP.encode(fields), concat(bytes))) refuse("its RLP is not canonical")
  return fields
}

function toNumber(bytes: Uint8Array): number {
  if (bytes.length > 6) refuse("a number has more than 6 bytes")
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

function refuse(why: string, cause?: unknown): never {
  throw new DormouseError("E_HEADER", `Block header: ${why}.`, { cause })
}
