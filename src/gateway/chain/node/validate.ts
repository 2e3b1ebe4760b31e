import { bytesToHex, equalsBytes } from "@ethereumjs/util"
import { ChainError } from "../errors.ts"
import { CHECKPOINT_EPOCH, extraDataOf, IN_TURN, SEAL, sealerOf, VANITY } from "./clique.ts"
import type { Executed } from "./execute.ts"
import { nextBaseFee } from "./fees.ts"
import { EMPTY_UNCLES, type Header, hashHeader } from "./header.ts"

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)

/** A sealer of one can only seal in turn; a seal that is none is nobody's. */
function isSealedBy(header: Header, sealers: readonly Uint8Array[]): boolean {
  try {
    const sealer = sealerOf(header)
    return sealers.some((each) => equalsBytes(each, sealer))
  } catch {
    return false
  }
}

/** Length, and on a checkpoint the list of sealers (EIP-225). */
function hasRightExtraData({ extraData, number }: Header, sealers: readonly Uint8Array[]): boolean {
  const expected = extraDataOf(number, sealers)
  const listed = number % BigInt(CHECKPOINT_EPOCH) === 0n
  if (extraData.length !== expected.length) return false
  return !listed || equalsBytes(extraData.slice(VANITY, -SEAL), expected.slice(VANITY, -SEAL))
}

/** What a header must be after `parent`, before anything is executed: EIP-225 and EIP-1559, in geth's order. */
export function checkHeader(header: Header, parent: Header, sealers: readonly Uint8Array[]): void {
  const rules: [string, boolean][] = [
    ["number", header.number === parent.number + 1n],
    ["parentHash", equalsBytes(header.parentHash, hashHeader(parent))],
    ["timestamp", header.timestamp >= parent.timestamp],
    ["extraData", hasRightExtraData(header, sealers)],
    ["coinbase, nonce", isZero(header.coinbase) && header.nonce.length === 8 && isZero(header.nonce)],
    ["mixHash", header.mixHash.length === 32 && isZero(header.mixHash)],
    ["unclesHash", equalsBytes(header.unclesHash, EMPTY_UNCLES)],
    ["difficulty", header.difficulty === IN_TURN],
    ["gasLimit", header.gasLimit === parent.gasLimit && header.gasUsed <= header.gasLimit],
    ["baseFeePerGas", header.baseFeePerGas === nextBaseFee(parent)],
    ["seal", isSealedBy(header, sealers)],
  ]
  const broken = rules.filter(([, holds]) => !holds).map(([rule]) => rule)
  if (broken.length > 0) refuse(header, broken)
}

/** What its transactions must come to. */
export function checkOutcome(header: Header, executed: Executed): void {
  const fields = ["transactionsRoot", "stateRoot", "receiptsRoot", "logsBloom"] as const
  const broken: string[] = fields.filter((field) => !equalsBytes(header[field], executed[field]))
  if (header.gasUsed !== executed.gasUsed) broken.push("gasUsed")
  if (broken.length > 0) refuse(header, broken)
}

function refuse(header: Header, broken: readonly string[]): never {
  const block = `Block ${header.number} (${bytesToHex(hashHeader(header))})`
  throw new ChainError("E_CHAIN_IMPORT", `${block} breaks the rules of this chain: ${broken.join(", ")}.`)
}
