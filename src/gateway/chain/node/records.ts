/** Rows of the chain's tables (see schema.ts). */

export interface StoredBlock {
  number: number
  hash: Uint8Array
  header: Uint8Array
  body: Uint8Array
}

export interface StoredReceipt {
  hash: Uint8Array
  block: number
  place: number
  type: number
  sender: Uint8Array
  target: Uint8Array | null
  contract: Uint8Array | null
  status: number
  gasUsed: number
  cumulativeGasUsed: number
  gasPrice: string
}

export interface StoredLog {
  block: number
  place: number
  tx: number
  address: Uint8Array
  topic0: Uint8Array | null
  topic1: Uint8Array | null
  topic2: Uint8Array | null
  topic3: Uint8Array | null
  data: Uint8Array
}

/** Everything that one transaction of the store writes. */
export interface NewBlock {
  block: StoredBlock
  nodes: ReadonlyMap<string, Uint8Array>
  receipts: readonly StoredReceipt[]
  logs: readonly StoredLog[]
}
