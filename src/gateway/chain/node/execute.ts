import { type Block, createBlock } from "@ethereumjs/block"
import type { Common } from "@ethereumjs/common"
import type { TypedTransaction } from "@ethereumjs/tx"
import { Address } from "@ethereumjs/util"
import { Bloom, encodeReceipt, type RunTxResult, runTx } from "@ethereumjs/vm"
import { effectiveGasPrice } from "./fees.ts"
import type { StoredLog, StoredReceipt } from "./records.ts"
import type { State } from "./state.ts"
import { listRoot } from "./trie.ts"

/** The part of a header that execution depends on. */
export interface BlockContext {
  number: bigint
  timestamp: bigint
  gasLimit: bigint
  difficulty: bigint
  baseFeePerGas: bigint
  /** Who sealed or will seal it; the header's own coinbase is a vote in Clique, and zero here. */
  sealer: Uint8Array
}

/** The block as the EVM sees it. */
export function contextBlock(context: BlockContext, common: Common): Block {
  const { sealer, ...header } = context
  return createBlock(
    { header: { ...header, coinbase: new Address(sealer) } },
    { common, freeze: false, skipConsensusFormatValidation: true },
  )
}

/** What a list of transactions did. */
export interface Executed {
  transactions: TypedTransaction[]
  stateRoot: Uint8Array
  receiptsRoot: Uint8Array
  transactionsRoot: Uint8Array
  logsBloom: Uint8Array
  gasUsed: bigint
  receipts: StoredReceipt[]
  logs: StoredLog[]
}

/** A transaction that cannot be in this block: `unfit` decides what becomes of it, and may throw. */
export type OnUnfit = (tx: TypedTransaction, reason: Error) => void

/** Runs `transactions` in order on top of `state`, as one change. */
export async function execute(
  state: State,
  context: BlockContext,
  transactions: readonly TypedTransaction[],
  unfit: OnUnfit,
): Promise<Executed> {
  const { vm, manager } = state
  const block = contextBlock(context, vm.common)
  const bloom = new Bloom(undefined, vm.common)
  const done: TypedTransaction[] = []
  const encoded: Uint8Array[] = []
  const receipts: StoredReceipt[] = []
  const logs: StoredLog[] = []
  let gasUsed = 0n
  await manager.checkpoint()
  try {
    for (const tx of transactions) {
      if (gasUsed + tx.gasLimit > context.gasLimit) {
        unfit(tx, new BlockFullError())
        continue
      }
      let result: RunTxResult
      try {
        result = await runTx(vm, { tx, block, blockGasUsed: gasUsed, skipHardForkValidation: true })
      } catch (reason) {
        unfit(tx, reason as Error)
        continue
      }
      gasUsed += result.totalGasSpent
      bloom.or(result.bloom)
      encoded.push(encodeReceipt(result.receipt, tx.type))
      receipts.push(receiptOf(tx, result, context, done.length))
      for (const log of result.receipt.logs) logs.push(logOf(log, context, done.length, logs.length))
      done.push(tx)
    }
    await manager.commit()
  } catch (error) {
    await manager.revert()
    throw error
  }
  return {
    ...{ transactions: done, gasUsed, receipts, logs, logsBloom: bloom.bitvector },
    stateRoot: await manager.getStateRoot(),
    receiptsRoot: await listRoot(encoded, vm.common),
    transactionsRoot: await listRoot(
      done.map((tx) => tx.serialize()),
      vm.common,
    ),
  }
}

/** It may fit in the next block. */
export class BlockFullError extends Error {}

function receiptOf(tx: TypedTransaction, result: RunTxResult, context: BlockContext, place: number): StoredReceipt {
  const receipt = result.receipt as { status: 0 | 1; cumulativeBlockGasUsed: bigint }
  return {
    hash: tx.hash(),
    block: Number(context.number),
    place,
    type: tx.type,
    sender: tx.getSenderAddress().bytes,
    target: tx.to?.bytes ?? null,
    contract: result.createdAddress?.bytes ?? null,
    status: receipt.status,
    gasUsed: Number(result.totalGasSpent),
    cumulativeGasUsed: Number(receipt.cumulativeBlockGasUsed),
    gasPrice: effectiveGasPrice(tx, context.baseFeePerGas).toString(),
  }
}

type Log = RunTxResult["receipt"]["logs"][number]

function logOf([address, topics, data]: Log, { number }: BlockContext, tx: number, place: number): StoredLog {
  const [topic0 = null, topic1 = null, topic2 = null, topic3 = null] = topics
  return { block: Number(number), place, tx, address, topic0, topic1, topic2, topic3, data }
}
