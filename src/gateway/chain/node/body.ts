import type { Common } from "@ethereumjs/common"
import { RLP } from "@ethereumjs/rlp"
import { createTxFromBlockBodyData, type TypedTransaction } from "@ethereumjs/tx"
import { type Header, headerFields } from "./header.ts"

type Fields = Uint8Array | Fields[]

/** Transactions as a block carries them: a legacy one as a list, any other as a byte string (EIP-2718). */
export function encodeBody(transactions: readonly TypedTransaction[]): Uint8Array {
  return RLP.encode(transactions.map((tx) => (tx.type === 0 ? (tx.raw() as Fields) : tx.serialize())))
}

export function decodeBody(body: Uint8Array, common: Common): TypedTransaction[] {
  return transactionsOf(RLP.decode(body), common)
}

export function transactionsOf(items: unknown, common: Common): TypedTransaction[] {
  if (!Array.isArray(items)) throw new RangeError("body: list of transactions expected")
  return items.map((item) => createTxFromBlockBodyData(item, { common }))
}

/** The whole block as `geth export` writes it: [header, transactions, uncles]. */
export function encodeBlock(header: Header, body: Uint8Array): Uint8Array {
  return RLP.encode([headerFields(header), RLP.decode(body) as Fields, []])
}
