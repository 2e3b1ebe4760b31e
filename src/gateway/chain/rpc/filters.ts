import type { TypedTransaction } from "@ethereumjs/tx"
import { bytesToHex } from "@ethereumjs/util"
import type { Chain } from "../node/chain.ts"
import type { LogFilter } from "../node/log-query.ts"
import { LIMIT_EXCEEDED, RpcError, serverError } from "./errors.ts"
import { findLogs } from "./log-methods.ts"

/** A filter that nobody asked for so long is gone (geth: `filterTimeout`). */
const IDLE_SECONDS = 300n
const MAX_FILTERS = 1000
/** Pending transactions that a filter remembers between two questions. */
const MAX_PENDING = 4096

interface Filter {
  /** The first block that it has not told of. */
  next: number
  /** Chain time of the last question. */
  asked: bigint
  changes(from: number, to: number): unknown[]
  /** Only of a log filter. */
  all?: () => unknown[]
  close(): void
}

/** Installed filters (eth_newFilter and its kin): what is new since the last question. */
export class Filters {
  readonly #chain: Chain
  readonly #filters = new Map<string, Filter>()
  #made = 0

  constructor(chain: Chain) {
    this.#chain = chain
  }

  newBlocks(): string {
    const { store } = this.#chain
    const hashes = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => bytesToHex(store.blockByNumber(from + index)!.hash))
    return this.#install({ changes: hashes, close: () => {} })
  }

  /** `all` answers eth_getFilterLogs. */
  newLogs(filter: LogFilter, all: () => unknown[]): string {
    const within = (from: number, to: number) => ({
      ...filter,
      ...{ from: Math.max(from, filter.from), to: Math.min(to, filter.to) },
    })
    return this.#install({
      changes: (from, to) => findLogs(this.#chain, within(from, to)),
      all,
      close: () => {},
    })
  }

  newPending(): string {
    const seen: string[] = []
    const listen = (tx: TypedTransaction) => {
      if (seen.length < MAX_PENDING) seen.push(bytesToHex(tx.hash()))
    }
    this.#chain.events.on("pending", listen)
    return this.#install({
      changes: () => seen.splice(0),
      close: () => void this.#chain.events.off("pending", listen),
    })
  }

  changes(id: string): unknown[] {
    const filter = this.#find(id)
    const head = Number(this.#chain.head.number)
    const changes = filter.changes(filter.next, head)
    filter.next = head + 1
    return changes
  }

  logs(id: string): unknown[] {
    const { all } = this.#find(id)
    if (!all) throw serverError("filter not found")
    return all()
  }

  uninstall(id: string): boolean {
    this.#filters.get(id)?.close()
    return this.#filters.delete(id)
  }

  #find(id: string): Filter {
    const filter = this.#filters.get(id)
    if (!filter) throw serverError("filter not found")
    filter.asked = this.#chain.now
    return filter
  }

  #install(filter: Omit<Filter, "next" | "asked">): string {
    const { now } = this.#chain
    for (const [id, { asked }] of this.#filters) if (now - asked > IDLE_SECONDS) this.uninstall(id)
    if (this.#filters.size >= MAX_FILTERS) throw new RpcError(LIMIT_EXCEEDED, "too many filters: uninstall some")
    this.#made += 1
    const id = `0x${this.#made.toString(16)}`
    this.#filters.set(id, { ...filter, next: Number(this.#chain.head.number) + 1, asked: now })
    return id
  }
}
