import type { TypedTransaction } from "@ethereumjs/tx"
import { bytesToHex } from "@ethereumjs/util"
import type { Chain } from "../node/chain.ts"
import type { Header } from "../node/header.ts"
import { invalidParams, LIMIT_EXCEEDED, RpcError } from "./errors.ts"
import { formatHeader, formatTransaction } from "./format.ts"
import { findLogs, logMatch } from "./log-methods.ts"
import { optionalBoolean } from "./params.ts"

const MAX_SUBSCRIPTIONS = 100

/** What one connection wants to be told (eth_subscribe), until it ends. */
export class Subscriptions {
  readonly #notify: (message: object) => void
  readonly #active = new Map<string, () => void>()
  #made = 0

  constructor(notify: (message: object) => void) {
    this.#notify = notify
  }

  add(chain: Chain, kind: string, option: unknown): string {
    if (this.#active.size >= MAX_SUBSCRIPTIONS) throw new RpcError(LIMIT_EXCEEDED, "too many subscriptions")
    this.#made += 1
    const id = `0x${this.#made.toString(16)}`
    const tell = (result: unknown) =>
      this.#notify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription: id, result } })
    this.#active.set(id, this.#listen(chain, kind, option, tell))
    return id
  }

  remove(id: string): boolean {
    this.#active.get(id)?.()
    return this.#active.delete(id)
  }

  close(): void {
    for (const id of [...this.#active.keys()]) this.remove(id)
  }

  /** Begins to tell; returns what ends it. */
  #listen(chain: Chain, kind: string, option: unknown, tell: (result: unknown) => void): () => void {
    const { events } = chain
    const onBlock = (listener: (header: Header) => void) => {
      events.on("block", listener)
      return () => void events.off("block", listener)
    }
    if (kind === "newHeads") return onBlock((header) => tell(formatHeader(header)))
    if (kind === "logs") {
      const match = logMatch(option ?? {})
      return onBlock(({ number }) => {
        const range = { from: Number(number), to: Number(number) }
        for (const log of findLogs(chain, { ...range, ...match })) tell(log)
      })
    }
    if (kind === "newPendingTransactions") {
      const full = optionalBoolean(option, "full")
      const listener = (tx: TypedTransaction) => tell(full ? formatTransaction(chain, tx) : bytesToHex(tx.hash()))
      events.on("pending", listener)
      return () => void events.off("pending", listener)
    }
    // Nothing to tell: this node is never behind itself.
    if (kind === "syncing") return () => {}
    throw invalidParams(`no "${kind.slice(0, 40)}" subscription in eth namespace`)
  }
}
