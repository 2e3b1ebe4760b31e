/** Stands between the gateway and SQLite: told of every operation before it happens, and free to end the world there. */
import { DatabaseSync, StatementSync } from "node:sqlite"

type Method = (...args: unknown[]) => unknown

/** Calls `before` ahead of each operation of every database of this thread; returns what ends it. */
export function beforeStoreOperations(before: (sql: string) => void): () => void {
  const undo: (() => void)[] = []
  const wrap = (target: object, name: string, sqlOf: (self: unknown, args: unknown[]) => string) => {
    const methods = target as Record<string, Method>
    const original = methods[name]!
    methods[name] = function (this: unknown, ...args: unknown[]) {
      before(sqlOf(this, args))
      return original.apply(this, args)
    }
    undo.push(() => {
      methods[name] = original
    })
  }
  wrap(DatabaseSync.prototype, "exec", (_, [sql]) => String(sql))
  for (const name of ["run", "get", "all"])
    wrap(StatementSync.prototype, name, (self) => (self as StatementSync).sourceSQL)
  return () => {
    for (const one of undo) one()
  }
}
