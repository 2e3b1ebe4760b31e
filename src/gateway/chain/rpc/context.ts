import type { Chain } from "../node/chain.ts"
import type { Filters } from "./filters.ts"
import type { Subscriptions } from "./subscriptions.ts"

/** What a method works with. */
export interface RpcContext {
  chain: Chain
  filters: Filters
}

/** Whoever sends requests; a connection that stays open can be told things (eth_subscribe). */
export interface Session {
  notify?(message: object): void
  subscriptions?: Subscriptions
}

export type Method = (context: RpcContext, params: readonly unknown[], session: Session) => unknown

export type Methods = Record<string, Method>
