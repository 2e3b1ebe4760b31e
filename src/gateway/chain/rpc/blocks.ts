import type { Chain } from "../node/chain.ts"
import { decodeHeader, type Header } from "../node/header.ts"
import type { StoredBlock } from "../node/records.ts"
import { invalidParams, serverError } from "./errors.ts"
import { hash, object, optionalBoolean, quantity } from "./params.ts"

/** Block 2^53 is out of reach; a number beyond it cannot be a row of the store. */
const MAX_NUMBER = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * A block by number, tag or EIP-1898 object; `undefined` where there is none. With one sealer no block is ever
 * undone, so "safe" and "finalized" are the head, and "pending" is too: there is no block in the making to look at.
 */
export function findBlock(chain: Chain, value: unknown, name = "block"): StoredBlock | undefined {
  if (value === undefined || value === null) return chain.store.head()
  if (typeof value === "object") {
    const { blockNumber, blockHash, requireCanonical } = object(value, name)
    if ((blockNumber === undefined) === (blockHash === undefined)) {
      throw invalidParams(`${name}: either blockNumber or blockHash expected`)
    }
    optionalBoolean(requireCanonical, `${name}.requireCanonical`)
    if (blockHash !== undefined) return chain.store.blockByHash(hash(blockHash, `${name}.blockHash`))
    return findBlock(chain, blockNumber, `${name}.blockNumber`)
  }
  if (value === "latest" || value === "pending" || value === "safe" || value === "finalized") return chain.store.head()
  const number = value === "earliest" ? 0n : quantity(value, name, 64)
  return number > MAX_NUMBER ? undefined : chain.store.blockByNumber(Number(number))
}

/** The header whose state a question is about; geth's words where there is none. */
export function headerAt(chain: Chain, value: unknown): Header {
  const block = findBlock(chain, value)
  if (!block) throw serverError("header not found")
  return decodeHeader(block.header)
}
