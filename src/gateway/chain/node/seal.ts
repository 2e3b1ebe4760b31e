import { extraDataOf, sealHeader } from "./clique.ts"
import type { BlockContext, Executed } from "./execute.ts"
import { EMPTY_UNCLES, type Header, hashHeader } from "./header.ts"

/** The header over `executed`, its seal still empty. */
export function headerAfter(
  parent: Header,
  context: BlockContext,
  executed: Executed,
  sealers: readonly Uint8Array[],
  vanity?: Uint8Array,
): Header {
  const { number, timestamp, gasLimit, difficulty, baseFeePerGas } = context
  const { stateRoot, transactionsRoot, receiptsRoot, logsBloom, gasUsed } = executed
  return {
    parentHash: hashHeader(parent),
    unclesHash: EMPTY_UNCLES,
    ...{ number, timestamp, gasLimit, difficulty, baseFeePerGas },
    ...{ stateRoot, transactionsRoot, receiptsRoot, logsBloom, gasUsed },
    // EIP-225: zero beneficiary and nonce, because nobody is voted for or against.
    coinbase: new Uint8Array(20),
    nonce: new Uint8Array(8),
    mixHash: new Uint8Array(32),
    extraData: extraDataOf(number, sealers, vanity),
  }
}

export const sealedBy = (secretKey: Uint8Array, header: Header): Header => sealHeader(header, secretKey)
