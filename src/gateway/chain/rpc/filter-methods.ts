import type { Methods, Session } from "./context.ts"
import { invalidParams, METHOD_NOT_FOUND, RpcError } from "./errors.ts"
import { findLogs, logFilter } from "./log-methods.ts"
import { quantity } from "./params.ts"

const id = (value: unknown): string => `0x${quantity(value, "id").toString(16)}`

function told(session: Session): Required<Session> {
  if (session.notify && session.subscriptions) return session as Required<Session>
  // geth's words on HTTP
  throw new RpcError(METHOD_NOT_FOUND, "notifications not supported")
}

/** Being told what is new: by asking (filters), or on a connection that stays open (subscriptions). */
export const filterMethods: Methods = {
  eth_newBlockFilter: ({ filters }) => filters.newBlocks(),
  eth_newPendingTransactionFilter: ({ filters }) => filters.newPending(),
  eth_newFilter({ chain, filters }, [filter]) {
    const { toBlock } = (filter ?? {}) as { toBlock?: unknown }
    const read = logFilter(chain, filter)
    // A filter without an end goes on with the chain.
    const open = toBlock === undefined || toBlock === null || toBlock === "latest" || toBlock === "pending"
    const all = () => findLogs(chain, logFilter(chain, filter)) // "latest" then means the head of that time
    return filters.newLogs(open ? { ...read, to: Number.MAX_SAFE_INTEGER } : read, all)
  },
  eth_getFilterChanges: ({ filters }, [filter]) => filters.changes(id(filter)),
  eth_getFilterLogs: ({ filters }, [filter]) => filters.logs(id(filter)),
  eth_uninstallFilter: ({ filters }, [filter]) => filters.uninstall(id(filter)),

  eth_subscribe({ chain }, [kind, filter], session) {
    const { subscriptions } = told(session)
    if (typeof kind !== "string") throw invalidParams("kind: string expected")
    return subscriptions.add(chain, kind, filter)
  },
  eth_unsubscribe(_, [subscription], session) {
    return told(session).subscriptions.remove(id(subscription))
  },
}
