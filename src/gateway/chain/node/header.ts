import { RLP } from "@ethereumjs/rlp"
import { bigIntToUnpaddedBytes, bytesToBigInt } from "@ethereumjs/util"
import { keccak } from "./crypto.ts"

/** A London block header (Yellow Paper §4.4, EIP-1559), in the order in which RLP carries the fields. */
export interface Header {
  parentHash: Uint8Array
  unclesHash: Uint8Array
  coinbase: Uint8Array
  stateRoot: Uint8Array
  transactionsRoot: Uint8Array
  receiptsRoot: Uint8Array
  logsBloom: Uint8Array
  difficulty: bigint
  number: bigint
  gasLimit: bigint
  gasUsed: bigint
  timestamp: bigint
  extraData: Uint8Array
  mixHash: Uint8Array
  nonce: Uint8Array
  baseFeePerGas: bigint
}

/** keccak256(rlp([])): a block without uncles. */
export const EMPTY_UNCLES = keccak(RLP.encode([]))

export function headerFields(header: Header): Uint8Array[] {
  const quantity = bigIntToUnpaddedBytes
  return [
    header.parentHash,
    header.unclesHash,
    header.coinbase,
    header.stateRoot,
    header.transactionsRoot,
    header.receiptsRoot,
    header.logsBloom,
    quantity(header.difficulty),
    quantity(header.number),
    quantity(header.gasLimit),
    quantity(header.gasUsed),
    quantity(header.timestamp),
    header.extraData,
    header.mixHash,
    header.nonce,
    quantity(header.baseFeePerGas),
  ]
}

export const encodeHeader = (header: Header): Uint8Array => RLP.encode(headerFields(header))

export const hashHeader = (header: Header): Uint8Array => keccak(encodeHeader(header))

/** The fields of a header that this node wrote, or (`dormouse chain import`) that somebody else did. */
export function headerOf(fields: unknown): Header {
  if (!Array.isArray(fields) || fields.length !== 16 || !fields.every((field) => field instanceof Uint8Array)) {
    throw new RangeError("header: 16 byte strings expected (London)")
  }
  const [parentHash, unclesHash, coinbase, stateRoot, transactionsRoot, receiptsRoot, logsBloom] = fields as Seven
  const [difficulty, number, gasLimit, gasUsed, timestamp] = fields.slice(7, 12).map((it) => bytesToBigInt(it)) as Five
  const [extraData, mixHash, nonce, baseFee] = fields.slice(12) as Seven
  return {
    ...{ parentHash, unclesHash, coinbase, stateRoot, transactionsRoot, receiptsRoot, logsBloom },
    ...{ difficulty, number, gasLimit, gasUsed, timestamp },
    ...{ extraData, mixHash, nonce, baseFeePerGas: bytesToBigInt(baseFee) },
  }
}

type Bytes = Uint8Array
type Seven = [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes]
type Five = [bigint, bigint, bigint, bigint, bigint]

export const decodeHeader = (encoded: Uint8Array): Header => headerOf(RLP.decode(encoded))
