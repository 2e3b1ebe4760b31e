import { createRequire } from "node:module"
import { bytesToHex } from "@ethereumjs/util"
import { decodeBody, encodeBlock } from "../node/body.ts"
import type { Chain } from "../node/chain.ts"
import { keccak } from "../node/crypto.ts"
import { decodeHeader } from "../node/header.ts"
import type { StoredBlock } from "../node/records.ts"
import { findBlock } from "./blocks.ts"
import type { Methods } from "./context.ts"
import { serverError } from "./errors.ts"
import { formatBlock, formatReceipt, formatTransaction, toQuantity } from "./format.ts"
import { data, hash, optionalBoolean, quantity } from "./params.ts"

const { version } = createRequire(import.meta.url)("../../../../package.json") as { version: string }

const blockHash = (chain: Chain, value: unknown) => chain.store.blockByHash(hash(value, "blockHash"))

const transactionAt = (chain: Chain, block: StoredBlock | undefined, index: unknown) => {
  const place = Number(quantity(index, "index", 32))
  const tx = block && decodeBody(block.body, chain.common)[place]
  return block && tx ? formatTransaction(chain, tx, { header: decodeHeader(block.header), place }) : null
}

const rawAt = (chain: Chain, block: StoredBlock | undefined, index: unknown) => {
  const place = Number(quantity(index, "index", 32))
  const tx = block && decodeBody(block.body, chain.common)[place]
  return tx ? bytesToHex(tx.serialize()) : "0x" // as geth says nothing
}

/** The signed bytes of a transaction, in a block or waiting. */
function rawTransaction(chain: Chain, value: unknown): string {
  const key = hash(value, "transactionHash")
  const receipt = chain.store.receipt(key)
  if (receipt) return rawAt(chain, chain.store.blockByNumber(receipt.block), toQuantity(receipt.place))
  const waiting = chain.pool.get(bytesToHex(key))
  return waiting ? bytesToHex(waiting.tx.serialize()) : "0x"
}

const countOf = (chain: Chain, block: StoredBlock | undefined) =>
  block ? toQuantity(decodeBody(block.body, chain.common).length) : null

const rawBlock = (chain: Chain, value: unknown): StoredBlock => {
  const block = typeof value === "string" && value.length === 66 ? blockHash(chain, value) : findBlock(chain, value)
  if (!block) throw serverError("block not found")
  return block
}

/** Questions about blocks and transactions. */
export const chainMethods: Methods = {
  eth_chainId: ({ chain }) => toQuantity(chain.common.chainId()),
  eth_syncing: () => false,
  eth_mining: () => true,
  eth_accounts: () => [],
  eth_blockNumber: ({ chain }) => toQuantity(chain.head.number),
  net_version: ({ chain }) => chain.common.chainId().toString(),
  net_listening: () => false,
  net_peerCount: () => "0x0",
  web3_clientVersion: () => `dormouse/v${version}/${process.platform}-${process.arch}/node${process.versions.node}`,
  web3_sha3: (_, [value]) => bytesToHex(keccak(data(value, "data"))),

  eth_getBlockByNumber({ chain }, [tag, full]) {
    const block = findBlock(chain, tag)
    return block ? formatBlock(chain, block, optionalBoolean(full, "full")) : null
  },
  eth_getBlockByHash({ chain }, [value, full]) {
    const block = blockHash(chain, value)
    return block ? formatBlock(chain, block, optionalBoolean(full, "full")) : null
  },
  eth_getBlockTransactionCountByNumber: ({ chain }, [tag]) => countOf(chain, findBlock(chain, tag)),
  eth_getBlockTransactionCountByHash: ({ chain }, [value]) => countOf(chain, blockHash(chain, value)),
  eth_getUncleCountByBlockNumber: ({ chain }, [tag]) => (findBlock(chain, tag) ? "0x0" : null),
  eth_getUncleCountByBlockHash: ({ chain }, [value]) => (blockHash(chain, value) ? "0x0" : null),

  eth_getTransactionByHash({ chain }, [value]) {
    const key = hash(value, "transactionHash")
    const receipt = chain.store.receipt(key)
    if (receipt) return transactionAt(chain, chain.store.blockByNumber(receipt.block), toQuantity(receipt.place))
    const waiting = chain.pool.get(bytesToHex(key))
    return waiting ? formatTransaction(chain, waiting.tx) : null
  },
  eth_getTransactionByBlockNumberAndIndex: ({ chain }, [tag, index]) =>
    transactionAt(chain, findBlock(chain, tag), index),
  eth_getTransactionByBlockHashAndIndex: ({ chain }, [value, index]) =>
    transactionAt(chain, blockHash(chain, value), index),
  eth_getTransactionReceipt({ chain }, [value]) {
    const receipt = chain.store.receipt(hash(value, "transactionHash"))
    return receipt ? formatReceipt(chain, receipt) : null
  },
  eth_getBlockReceipts({ chain }, [tag]) {
    const block = typeof tag === "string" && tag.length === 66 ? blockHash(chain, tag) : findBlock(chain, tag)
    return block ? chain.store.receiptsOfBlock(block.number).map((receipt) => formatReceipt(chain, receipt)) : null
  },
  eth_getRawTransactionByHash: ({ chain }, [value]) => rawTransaction(chain, value),
  eth_getRawTransactionByBlockNumberAndIndex: ({ chain }, [tag, index]) => rawAt(chain, findBlock(chain, tag), index),
  eth_getRawTransactionByBlockHashAndIndex: ({ chain }, [value, index]) => rawAt(chain, blockHash(chain, value), index),

  debug_getRawTransaction: ({ chain }, [value]) => rawTransaction(chain, value),
  debug_getRawHeader: ({ chain }, [tag]) => bytesToHex(rawBlock(chain, tag).header),
  debug_getRawBlock({ chain }, [tag]) {
    const block = rawBlock(chain, tag)
    return bytesToHex(encodeBlock(decodeHeader(block.header), block.body))
  },
}
