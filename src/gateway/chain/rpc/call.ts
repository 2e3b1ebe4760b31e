import { type AccessList, createTx, type TypedTransaction } from "@ethereumjs/tx"
import { Address } from "@ethereumjs/util"
import { type RunTxResult, runTx } from "@ethereumjs/vm"
import type { Chain } from "../node/chain.ts"
import { type BlockContext, contextBlock } from "../node/execute.ts"
import type { Header } from "../node/header.ts"
import type { State } from "../node/state.ts"
import { invalidParams, serverError } from "./errors.ts"
import { address, data, fixed, hash, list, object, optional, quantity } from "./params.ts"

/** Gas of a call that names none, as in geth (`RPCGasCap`). */
export const CALL_GAS = 50_000_000n

/** A transaction object as eth_call and eth_estimateGas take it. */
export interface CallRequest {
  from: Address
  to: Address | undefined
  gas: bigint | undefined
  /** 0 where no price is named: then nobody pays and no base fee is asked. */
  price: bigint
  value: bigint
  data: Uint8Array
  accessList: AccessList
}

export function callRequest(value: unknown): CallRequest {
  const call = object(value, "transaction")
  const amount = (name: string, bits = 256) => optional(call[name], (given) => quantity(given, name, bits))
  const [gasPrice, maxFee] = [amount("gasPrice"), amount("maxFeePerGas")]
  if (gasPrice !== undefined && (maxFee !== undefined || amount("maxPriorityFeePerGas") !== undefined)) {
    throw serverError("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
  }
  const bytes = (name: "input" | "data") => optional(call[name], (it) => data(it, name))
  return {
    from: new Address(optional(call.from, (it) => address(it, "from")) ?? new Uint8Array(20)),
    to: optional(call.to, (it) => new Address(address(it, "to"))),
    gas: amount("gas", 64),
    price: gasPrice ?? maxFee ?? 0n,
    value: amount("value") ?? 0n,
    // "data" is the older name; as in geth, "input" wins where both are given.
    data: bytes("input") ?? bytes("data") ?? new Uint8Array(0),
    accessList: optional(call.accessList, accessListOf) ?? [],
  }
}

function accessListOf(value: unknown): AccessList {
  return list(value, "accessList", 1024).map((item) => {
    const entry = object(item, "accessList item")
    fixed(entry.address, "accessList address", 20)
    const keys = list(entry.storageKeys, "storageKeys", 1024)
    for (const key of keys) hash(key, "storageKey")
    return { address: entry.address, storageKeys: keys } as AccessList[number]
  })
}

/** Runs `work` on the state after `header`, in the same block again: as in geth. */
export function callAt<T>(chain: Chain, header: Header, work: (at: CallPlace) => Promise<T>): Promise<T> {
  // There is one sealer: no need to ask the seal.
  const context = { ...header, sealer: chain.sealers[0]! }
  return chain.calls.with(header.stateRoot, (state) => work({ state, context }))
}

export interface CallPlace {
  state: State
  context: BlockContext
}

/** Runs `call` with `gas` and undoes what it did; on demand it tells what was read. */
export async function simulate(
  { state, context }: CallPlace,
  call: CallRequest,
  gas: bigint,
  reportAccessList = false,
): Promise<RunTxResult> {
  const { vm, manager } = state
  const balance = (await manager.getAccount(call.from))?.balance ?? 0n
  if (balance < call.value + call.price * gas) throw serverError("insufficient funds for gas * price + value")
  const fees = call.price === 0n ? { ...context, baseFeePerGas: 0n } : context
  const tx = unsigned(call, gas, vm.common)
  if (tx.gasLimit < tx.getIntrinsicGas())
    throw serverError(`intrinsic gas too low: have ${gas}, want ${tx.getIntrinsicGas()}`)
  await manager.checkpoint()
  try {
    return await runTx(vm, {
      ...{ tx, block: contextBlock(fees, vm.common), blockGasUsed: 0n },
      ...{ skipNonce: true, skipBlockGasLimitValidation: true, skipHardForkValidation: true },
      reportAccessList,
    })
  } catch (cause) {
    throw invalidParams(`transaction cannot run: ${(cause as Error).message.split(" (vm hf")[0]}`)
  } finally {
    await manager.revert()
  }
}

/** What the transaction costs before anything runs. */
export const intrinsicGas = ({ state }: CallPlace, call: CallRequest): bigint =>
  unsigned(call, CALL_GAS, state.vm.common).getIntrinsicGas()

/** A transaction that nobody signed, whose sender is taken on trust. */
function unsigned(call: CallRequest, gas: bigint, common: State["vm"]["common"]): TypedTransaction {
  const { to, value, data: input, accessList, price } = call
  const body = { to, value, data: input, accessList, gasLimit: gas, nonce: 0n }
  const tx = createTx({ ...body, type: 1, gasPrice: price, chainId: common.chainId() }, { common, freeze: false })
  Object.assign(tx, { getSenderAddress: () => call.from, isSigned: () => true })
  return tx
}
