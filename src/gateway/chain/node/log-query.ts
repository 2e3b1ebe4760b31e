import type { SQLInputValue } from "node:sqlite"

/** As eth_getLogs understands it: any of `addresses`, and at each place of `topics` any of its values (empty: all). */
export interface LogFilter {
  from: number
  to: number
  addresses: readonly Uint8Array[]
  topics: readonly (readonly Uint8Array[])[]
}

export function logQuery({ from, to, addresses, topics }: LogFilter): { sql: string; values: SQLInputValue[] } {
  const conditions = ["block BETWEEN ? AND ?"]
  const values: SQLInputValue[] = [from, to]
  const among = (column: string, allowed: readonly Uint8Array[]) => {
    if (allowed.length === 0) return
    conditions.push(`${column} IN (${allowed.map(() => "?").join(", ")})`)
    values.push(...allowed)
  }
  among("address", addresses)
  for (const [index, allowed] of topics.entries()) {
    // "Anything at this place" still asks that there be something.
    if (allowed.length === 0) conditions.push(`topic${index} IS NOT NULL`)
    else among(`topic${index}`, allowed)
  }
  return { sql: `SELECT * FROM logs WHERE ${conditions.join(" AND ")}`, values }
}
