import type { TypedTransaction } from "@ethereumjs/tx"
import { bytesToHex } from "@ethereumjs/util"
import { Bloom } from "@ethereumjs/vm"
import { decodeBody, encodeBlock } from "../node/body.ts"
import type { Chain } from "../node/chain.ts"
import { effectiveGasPrice, feesOf } from "../node/fees.ts"
import { decodeHeader, type Header, hashHeader } from "../node/header.ts"
import type { StoredBlock, StoredLog, StoredReceipt } from "../node/records.ts"

// What the store holds, in the shape of the Ethereum JSON-RPC specification (and in geth's order of fields).

export const toQuantity = (value: bigint | number): string => `0x${value.toString(16)}`

export const optionalHex = (bytes: Uint8Array | null | undefined) => (bytes ? bytesToHex(bytes) : null)

export function formatHeader(header: Header) {
  return {
    baseFeePerGas: toQuantity(header.baseFeePerGas),
    difficulty: toQuantity(header.difficulty),
    extraData: bytesToHex(header.extraData),
    gasLimit: toQuantity(header.gasLimit),
    gasUsed: toQuantity(header.gasUsed),
    hash: bytesToHex(hashHeader(header)),
    logsBloom: bytesToHex(header.logsBloom),
    miner: bytesToHex(header.coinbase),
    mixHash: bytesToHex(header.mixHash),
    nonce: bytesToHex(header.nonce),
    number: toQuantity(header.number),
    parentHash: bytesToHex(header.parentHash),
    receiptsRoot: bytesToHex(header.receiptsRoot),
    sha3Uncles: bytesToHex(header.unclesHash),
    stateRoot: bytesToHex(header.stateRoot),
    timestamp: toQuantity(header.timestamp),
    transactionsRoot: bytesToHex(header.transactionsRoot),
  }
}

export function formatBlock(chain: Chain, block: StoredBlock, full: boolean) {
  const header = decodeHeader(block.header)
  const transactions = decodeBody(block.body, chain.common)
  return {
    ...formatHeader(header),
    size: toQuantity(encodeBlock(header, block.body).length),
    // 1 of the genesis, 2 of every block: all are in turn
    totalDifficulty: toQuantity(2n * header.number + 1n),
    transactions: transactions.map((tx, place) =>
      full ? formatTransaction(chain, tx, { header, place }) : bytesToHex(tx.hash()),
    ),
    uncles: [],
  }
}

/** `place` is undefined while the transaction waits. */
export function formatTransaction(chain: Chain, tx: TypedTransaction, at?: { header: Header; place: number }) {
  const { maxFeePerGas, maxPriorityFeePerGas } = feesOf(tx)
  const feeMarket = {
    maxFeePerGas: toQuantity(maxFeePerGas),
    maxPriorityFeePerGas: toQuantity(maxPriorityFeePerGas),
  }
  const price = tx.type === 2 && at ? effectiveGasPrice(tx, at.header.baseFeePerGas) : maxFeePerGas
  const typed = { chainId: toQuantity(chain.common.chainId()), yParity: toQuantity(tx.v ?? 0n) }
  return {
    blockHash: at ? bytesToHex(hashHeader(at.header)) : null,
    blockNumber: at ? toQuantity(at.header.number) : null,
    from: tx.getSenderAddress().toString(),
    gas: toQuantity(tx.gasLimit),
    gasPrice: toQuantity(price),
    ...(tx.type === 2 && feeMarket),
    hash: bytesToHex(tx.hash()),
    input: bytesToHex(tx.data),
    nonce: toQuantity(tx.nonce),
    to: tx.to?.toString() ?? null,
    transactionIndex: at ? toQuantity(at.place) : null,
    value: toQuantity(tx.value),
    type: toQuantity(tx.type),
    ...(tx.type > 0 && { accessList: formatAccessList(tx) }),
    ...(tx.type > 0 ? typed : { chainId: toQuantity(chain.common.chainId()) }),
    v: toQuantity(tx.v ?? 0n),
    r: toQuantity(tx.r ?? 0n),
    s: toQuantity(tx.s ?? 0n),
  }
}

function formatAccessList(tx: TypedTransaction) {
  const items = "accessList" in tx ? (tx.accessList as [Uint8Array, Uint8Array[]][]) : []
  return items.map(([address, keys]) => ({
    address: bytesToHex(address),
    storageKeys: keys.map((key) => bytesToHex(key)),
  }))
}

const topicsOf = (log: StoredLog) => [log.topic0, log.topic1, log.topic2, log.topic3].filter((topic) => topic !== null)

/** `hashes` finds block and transaction of a log: given where many logs share them. */
export function formatLog(log: StoredLog, blockHash: Uint8Array, transactionHash: Uint8Array) {
  return {
    address: bytesToHex(log.address),
    topics: topicsOf(log).map((topic) => bytesToHex(topic)),
    data: bytesToHex(log.data),
    blockNumber: toQuantity(log.block),
    transactionHash: bytesToHex(transactionHash),
    transactionIndex: toQuantity(log.tx),
    blockHash: bytesToHex(blockHash),
    logIndex: toQuantity(log.place),
    removed: false,
  }
}

export function formatLogs(chain: Chain, logs: readonly StoredLog[]) {
  const hashes = new Map<number, { block: Uint8Array; transactions: Uint8Array[] }>()
  return logs.map((log) => {
    let found = hashes.get(log.block)
    if (!found) {
      const transactions = chain.store.receiptsOfBlock(log.block).map(({ hash }) => hash)
      hashes.set(log.block, (found = { block: chain.store.blockByNumber(log.block)!.hash, transactions }))
    }
    return formatLog(log, found.block, found.transactions[log.tx]!)
  })
}

export function formatReceipt(chain: Chain, receipt: StoredReceipt) {
  const logs = chain.store.logsOfTransaction(receipt.block, receipt.place)
  const blockHash = chain.store.blockByNumber(receipt.block)!.hash
  const bloom = new Bloom(undefined, chain.common)
  for (const log of logs) for (const entry of [log.address, ...topicsOf(log)]) bloom.add(entry)
  return {
    blockHash: bytesToHex(blockHash),
    blockNumber: toQuantity(receipt.block),
    contractAddress: optionalHex(receipt.contract),
    cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: toQuantity(BigInt(receipt.gasPrice)),
    from: bytesToHex(receipt.sender),
    gasUsed: toQuantity(receipt.gasUsed),
    logs: logs.map((log) => formatLog(log, blockHash, receipt.hash)),
    logsBloom: bytesToHex(bloom.bitvector),
    status: toQuantity(receipt.status),
    to: optionalHex(receipt.target),
    transactionHash: bytesToHex(receipt.hash),
    transactionIndex: toQuantity(receipt.place),
    type: toQuantity(receipt.type),
  }
}
