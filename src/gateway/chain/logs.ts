import { type Abi, type ContractEventName, type GetContractEventsReturnType, type PublicClient, RpcError } from "viem"
import type { Hex } from "./keys.ts"

interface EventQuery<abi extends Abi> {
  address: Hex
  abi: abi
  fromBlock: number
}

/** All events of a contract since `fromBlock`. A node that finds too many at once is asked for halves. */
export async function eventsOf<const abi extends Abi>(client: PublicClient, query: EventQuery<abi>) {
  const { address, abi } = query
  type Events = GetContractEventsReturnType<abi, ContractEventName<abi>, true>
  const read = async (from: bigint, to: bigint): Promise<Events> => {
    try {
      const events = await client.getContractEvents({ address, abi, fromBlock: from, toBlock: to, strict: true })
      return events as unknown as Events
    } catch (error) {
      // -32005 "limit exceeded" (EIP-1474)
      const tooMany = error instanceof RpcError && (error as { code: number }).code === -32005
      if (!tooMany || from >= to) throw error
      const middle = (from + to) / 2n
      return [...(await read(from, middle)), ...(await read(middle + 1n, to))] as unknown as Events
    }
  }
  return read(BigInt(query.fromBlock), await client.getBlockNumber())
}
