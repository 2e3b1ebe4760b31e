import type { Chain } from "../node/chain.ts"
import type { LogFilter } from "../node/log-query.ts"
import { findBlock } from "./blocks.ts"
import type { Methods } from "./context.ts"
import { invalidParams, LIMIT_EXCEEDED, RpcError, serverError } from "./errors.ts"
import { formatLogs } from "./format.ts"
import { address, hash, list, object, quantity } from "./params.ts"

/** Logs of one answer; a caller with more to read names smaller ranges. */
export const MAX_LOGS = 20_000
const MAX_ADDRESSES = 1000
const MAX_TOPICS = 1000

/** Addresses and topics of a filter object: one, several, or none for all. */
export function logMatch(value: unknown): Pick<LogFilter, "addresses" | "topics"> {
  const filter = object(value, "filter")
  const one = (item: unknown) => (Array.isArray(item) ? item : item === undefined || item === null ? [] : [item])
  const addresses = list(one(filter.address), "address", MAX_ADDRESSES).map((item) => address(item))
  const places = list(filter.topics ?? [], "topics", 4)
  const topics = places.map((place, index) => {
    const choices = list(one(place), `topics[${index}]`, MAX_TOPICS)
    // A null among the choices admits everything, as in geth.
    return choices.includes(null) ? [] : choices.map((item) => hash(item, `topics[${index}]`))
  })
  return { addresses, topics }
}

/** The whole filter, its range resolved to numbers. */
export function logFilter(chain: Chain, value: unknown): LogFilter {
  const { blockHash, fromBlock, toBlock } = object(value, "filter")
  const match = logMatch(value)
  if (blockHash !== undefined && blockHash !== null) {
    if (fromBlock != null || toBlock != null) {
      throw invalidParams("cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other")
    }
    const block = chain.store.blockByHash(hash(blockHash, "blockHash"))
    if (!block) throw serverError("unknown block")
    return { from: block.number, to: block.number, ...match }
  }
  const numberOf = (tag: unknown, name: string) => {
    const isTag = typeof tag !== "string" || !tag.startsWith("0x")
    // A number beyond the head is no error: there is nothing there yet.
    const number = isTag ? BigInt(findBlock(chain, tag, name)!.number) : quantity(tag, name, 64)
    return Number(number < 2n ** 53n ? number : 2n ** 53n - 1n)
  }
  const [from, to] = [numberOf(fromBlock, "fromBlock"), numberOf(toBlock, "toBlock")]
  if (from > to) throw invalidParams("invalid block range params")
  return { from, to, ...match }
}

export function findLogs(chain: Chain, filter: LogFilter) {
  const logs = chain.store.logs(filter, MAX_LOGS + 1)
  if (logs.length > MAX_LOGS) {
    throw new RpcError(LIMIT_EXCEEDED, `more than ${MAX_LOGS} logs: ask for fewer blocks at a time`)
  }
  return formatLogs(chain, logs)
}

export const logMethods: Methods = {
  eth_getLogs: ({ chain }, [filter]) => findLogs(chain, logFilter(chain, filter)),
}
