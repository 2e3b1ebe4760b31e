import { bytesToHex, bytesToUtf8 } from "@ethereumjs/util"
import type { RunTxResult } from "@ethereumjs/vm"
import { nextBaseFee } from "../node/fees.ts"
import { PoolRefusal } from "../node/pool.ts"
import { createAccessList } from "./access-list.ts"
import { headerAt } from "./blocks.ts"
import { CALL_GAS, callAt, callRequest, simulate } from "./call.ts"
import type { Methods } from "./context.ts"
import { invalidParams, REVERTED, RpcError, serverError } from "./errors.ts"
import { estimateGas } from "./estimate.ts"
import { feeHistory } from "./fee-history.ts"
import { toQuantity } from "./format.ts"
import { data } from "./params.ts"

/** Selector of Error(string), with which `revert("...")` and `require` speak. */
const ERROR_SELECTOR = "08c379a0"

/** The text of a revert, where it has one. */
function reasonOf(output: Uint8Array): string | undefined {
  if (Buffer.from(output.subarray(0, 4)).toString("hex") !== ERROR_SELECTOR || output.length < 68) return undefined
  const length = Number(BigInt(bytesToHex(output.slice(36, 68))))
  return length <= output.length - 68 ? bytesToUtf8(output.slice(68, 68 + length)) : undefined
}

/** As geth answers: code 3 with the contract's bytes for a revert, -32000 for any other failure of the EVM. */
export function failureOf({ execResult }: RunTxResult): RpcError | undefined {
  const error = execResult.exceptionError
  if (!error) return undefined
  if (error.error !== "revert") return serverError(error.error.split(" at ")[0]!) // without the place in the code
  const reason = reasonOf(execResult.returnValue)
  const message = reason === undefined ? "execution reverted" : `execution reverted: ${reason}`
  return new RpcError(REVERTED, message, bytesToHex(execResult.returnValue))
}

const noOverrides = (value: unknown) => {
  if (value === undefined || value === null || Object.keys(value).length === 0) return
  throw invalidParams("state overrides are not supported: leave them out")
}

/** What runs contracts, and what it costs. */
export const executionMethods: Methods = {
  async eth_call({ chain }, [transaction, tag, overrides]) {
    noOverrides(overrides)
    const call = callRequest(transaction)
    const result = await callAt(chain, headerAt(chain, tag), (at) => simulate(at, call, call.gas ?? CALL_GAS))
    const failure = failureOf(result)
    if (failure) throw failure
    return bytesToHex(result.execResult.returnValue)
  },

  async eth_estimateGas({ chain }, [transaction, tag, overrides]) {
    noOverrides(overrides)
    return toQuantity(await estimateGas(chain, callRequest(transaction), headerAt(chain, tag)))
  },

  async eth_createAccessList({ chain }, [transaction, tag]) {
    return createAccessList(chain, callRequest(transaction), headerAt(chain, tag))
  },

  /** Nobody competes for room here, so the tip may be nothing and the base fee is the price. */
  eth_gasPrice: ({ chain }) => toQuantity(nextBaseFee(chain.head)),
  eth_maxPriorityFeePerGas: () => "0x0",
  eth_feeHistory: ({ chain }, params) => feeHistory(chain, params),

  async eth_sendRawTransaction({ chain }, [raw]) {
    try {
      return await chain.submit(data(raw, "transaction"))
    } catch (error) {
      throw error instanceof PoolRefusal ? serverError(error.message) : error
    }
  },
}
