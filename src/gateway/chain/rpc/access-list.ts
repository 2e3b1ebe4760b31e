import type { AccessList } from "@ethereumjs/tx"
import { createContractAddress, hexToBigInt } from "@ethereumjs/util"
import type { Chain } from "../node/chain.ts"
import type { Header } from "../node/header.ts"
import { CALL_GAS, type CallPlace, type CallRequest, callAt, simulate } from "./call.ts"
import { failureOf } from "./execution-methods.ts"
import { toQuantity } from "./format.ts"

/** A list changes what a call costs and so, rarely, what it reads: it is asked again until nothing changes. */
const MAX_ROUNDS = 8
/** Contracts that every chain has at the first addresses (London: nine). */
const PRECOMPILES = 9n

/** eth_createAccessList: what the call reads (EIP-2930), and what it costs with that list. */
export function createAccessList(chain: Chain, call: CallRequest, header: Header) {
  return callAt(chain, header, async (at) => {
    const target = call.to ?? (await created(at, call))
    const free = (address: string) =>
      address === call.from.toString() ||
      address === target.toString() ||
      hexToBigInt(address as `0x${string}`) <= PRECOMPILES
    for (let accessList = call.accessList, round = 1; ; round++) {
      const result = await simulate(at, { ...call, accessList }, call.gas ?? CALL_GAS, true)
      // Those are warm without being listed, and listing costs gas.
      const found = (result.accessList ?? []).filter(
        ({ address, storageKeys }) => storageKeys.length > 0 || !free(address),
      )
      if (round === MAX_ROUNDS || equal(found, accessList)) {
        const failure = failureOf(result)
        return {
          accessList: found,
          ...(failure && { error: failure.message }),
          gasUsed: toQuantity(result.totalGasSpent),
        }
      }
      accessList = found
    }
  })
}

async function created({ state }: CallPlace, { from }: CallRequest) {
  return createContractAddress(from, (await state.manager.getAccount(from))?.nonce ?? 0n)
}

function equal(a: AccessList, b: AccessList): boolean {
  const keys = (list: AccessList) =>
    list
      .flatMap(({ address, storageKeys }) => [address, ...storageKeys.map((key) => address + key)])
      .sort()
      .join()
  return keys(a) === keys(b)
}
