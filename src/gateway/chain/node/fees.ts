import { bigIntMax, bigIntMin } from "@ethereumjs/util"
import type { Header } from "./header.ts"

const ELASTICITY = 2n
const CHANGE_DENOMINATOR = 8n

/** Base fee of the block after `parent` (EIP-1559). */
export function nextBaseFee(parent: Pick<Header, "gasLimit" | "gasUsed" | "baseFeePerGas">): bigint {
  const { gasUsed, baseFeePerGas: base } = parent
  const target = parent.gasLimit / ELASTICITY
  if (gasUsed === target) return base
  if (gasUsed > target) {
    return base + bigIntMax((base * (gasUsed - target)) / target / CHANGE_DENOMINATOR, 1n)
  }
  return base - (base * (target - gasUsed)) / target / CHANGE_DENOMINATOR
}

interface Fees {
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/** What a transaction offers, legacy ones included: their gas price is both. */
export function feesOf(tx: object): Fees {
  if ("gasPrice" in tx) return { maxFeePerGas: tx.gasPrice as bigint, maxPriorityFeePerGas: tx.gasPrice as bigint }
  return tx as Fees
}

/** What a transaction pays for each gas in a block with `baseFee`. */
export function effectiveGasPrice(tx: object, baseFee: bigint): bigint {
  const { maxFeePerGas, maxPriorityFeePerGas } = feesOf(tx)
  return baseFee + bigIntMin(maxFeePerGas - baseFee, maxPriorityFeePerGas)
}
