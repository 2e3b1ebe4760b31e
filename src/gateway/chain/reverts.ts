import { type Abi, decodeErrorResult, isHex } from "viem"
import { ChainError } from "./errors.ts"
import type { Hex } from "./keys.ts"

/** Throws what a contract said to `what`, by the name of its error; anything else as it came. */
export function explain(error: unknown, abi: Abi, what: string): never {
  const data = revertData(error)
  if (data === undefined) throw error
  const { name, args } = decode(data, abi)
  const said = name ? `${name}(${args.join(", ")})` : `the bytes ${data}`
  const options = { cause: error, ...(name && { reason: name }) }
  throw new ChainError("E_CHAIN_REVERTED", `${what}: the contract refused with ${said}.`, options)
}

/** The bytes of a revert, wherever in the chain of causes the node's answer is: code 3, `data` in hex. */
function revertData(error: unknown): Hex | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code, data } = each as { code?: unknown; data?: unknown }
    if (code === 3 && isHex(data)) return data
  }
  return undefined
}

function decode(data: Hex, abi: Abi): { name: string | undefined; args: readonly unknown[] } {
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi, data })
    return { name: errorName, args }
  } catch {
    return { name: undefined, args: [] } // an error of a contract that this one called
  }
}
