import type { Chain } from "../node/chain.ts"
import type { Header } from "../node/header.ts"
import { type CallPlace, type CallRequest, callAt, intrinsicGas, simulate } from "./call.ts"
import { serverError } from "./errors.ts"
import { failureOf } from "./execution-methods.ts"

/** What a transaction costs that runs nothing (`Gtransaction`). */
const TRANSFER_GAS = 21_000n
/** Gas that a call with value hands on for free. */
const CALL_STIPEND = 2300n
/** The search ends when the bounds are this close (geth's `estimateGasErrorRatio`, 0.015). */
const closeEnough = (low: bigint, high: bigint) => (high - low) * 1000n < high * 15n

/**
 * The least gas limit, within 1.5 %, with which the transaction succeeds. What it uses is not enough to know: a call
 * passes on at most 63/64 of what is left (EIP-150).
 */
export function estimateGas(chain: Chain, call: CallRequest, header: Header): Promise<bigint> {
  return callAt(chain, header, (at) => search(at, call, header))
}

async function search(at: CallPlace, call: CallRequest, header: Header): Promise<bigint> {
  let high = call.gas ?? header.gasLimit
  if (high > header.gasLimit) high = header.gasLimit
  if (call.price > 0n) {
    const balance = (await at.state.manager.getAccount(call.from))?.balance ?? 0n
    if (balance < call.value) throw serverError("insufficient funds for transfer")
    const affordable = (balance - call.value) / call.price
    if (affordable < high) high = affordable
  }
  if (await isTransfer(at, call)) return TRANSFER_GAS
  const first = await simulate(at, call, high)
  const error = first.execResult.exceptionError?.error
  if (error === "out of gas") throw serverError(`gas required exceeds allowance (${high})`)
  const failure = failureOf(first)
  if (failure) throw failure

  const succeeds = async (gas: bigint) => {
    const result = await simulate(at, call, gas).catch(() => undefined) // below the intrinsic gas
    return result !== undefined && result.execResult.exceptionError === undefined
  }
  let low = first.totalGasSpent - 1n
  // Refunds come at the end: until then the gas must be there.
  const atMost = first.execResult.executionGasUsed + intrinsicGas(at, call)
  const likely = ((atMost + CALL_STIPEND) * 64n) / 63n
  if (likely < high) {
    if (await succeeds(likely)) high = likely
    else low = likely
  }
  while (low + 1n < high && !closeEnough(low, high)) {
    // Most transactions need little more than they use: no wide leaps from a low bound.
    const middle = (low + high) / 2n > low * 2n ? low * 2n : (low + high) / 2n
    if (await succeeds(middle)) high = middle
    else low = middle
  }
  return high
}

/** Value for an account without code: known to be enough, if it is paid for. */
async function isTransfer(at: CallPlace, call: CallRequest): Promise<boolean> {
  if (!call.to || call.data.length > 0 || call.accessList.length > 0) return false
  if ((await at.state.manager.getCode(call.to)).length > 0) return false
  const result = await simulate(at, call, TRANSFER_GAS).catch(() => undefined)
  return result !== undefined && result.execResult.exceptionError === undefined
}
