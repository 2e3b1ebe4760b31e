/** What a killed gateway left on disk, looked at in a copy, as the next start will find it. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { equalBytes, toHex } from "../../../protocol/index.ts"
import { exportChain, importChain } from "../../chain/index.ts"
import { Store } from "../../store/store.ts"
import type { Load } from "./load.ts"

export interface Head {
  height: number
  head: string
}

export class Wreck {
  readonly dir = mkdtempSync(join(tmpdir(), "dormouse-wreck-"))

  /** `of`: a data directory that no process has open. */
  constructor(of: string) {
    for (const file of readdirSync(of)) if (/\.sqlite|genesis/.test(file)) cpSync(join(of, file), join(this.dir, file))
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** What is wrong with the store, in words; nothing, where everything is as it must be. */
  faults(loads: readonly Load[], above: ReadonlyMap<Load, number> = new Map()): string[] {
    const faults = integrity(join(this.dir, "gateway.sqlite"))
    const store = new Store(join(this.dir, "gateway.sqlite"))
    try {
      for (const load of loads) {
        const { address, context } = load.device
        const device = store.devices.byAddress(context.device)
        const from = above.get(load) ?? 0
        const rows = device ? store.reports.from(device, from, 1_000_000) : []
        const held = new Map(rows.map(({ seq, bytes }) => [seq, bytes]))
        if (held.size < rows.length) faults.push(`${address}: a report is there twice`)
        for (const seq of load.acked) {
          const bytes = held.get(seq)
          if (seq >= from && !bytes) faults.push(`${address}: ${seq} was acked and is lost`)
          if (bytes && !equalBytes(bytes, load.report(seq))) faults.push(`${address}: ${seq} has other bytes`)
        }
      }
      const { duplicates } = store.anchors.totals()
      if (duplicates) faults.push(`${duplicates} reports stand under two anchors`)
      if (store.reports.countForks()) faults.push("an honest device is accused of a fork")
    } finally {
      store.close()
    }
    return faults
  }

  /** The chain's head. Throws where the file cannot be read. */
  head(): Head {
    const { height, head } = exportChain({ dir: this.dir, file: join(this.dir, "blocks.rlp") })
    return { height, head }
  }

  /** Hashes of all blocks, by number. */
  hashes(): string[] {
    const database = new DatabaseSync(join(this.dir, "chain.sqlite"))
    const rows = database.prepare("SELECT hash FROM blocks ORDER BY number").all()
    database.close()
    return rows.map(({ hash }) => `0x${toHex(hash as Uint8Array)}`)
  }

  /**
   * Builds the chain again from its genesis: every block's parent, seal, transactions, receipts and state root are
   * checked as it is executed. Returns the head that came out.
   */
  async replay(): Promise<Head> {
    const copy = mkdtempSync(join(tmpdir(), "dormouse-replay-"))
    try {
      cpSync(join(this.dir, "genesis.json"), join(copy, "genesis.json"))
      exportChain({ dir: this.dir, file: join(copy, "blocks.rlp") })
      const { height, head } = await importChain({ dir: copy, file: join(copy, "blocks.rlp") })
      return { height, head }
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  }
}

/** Also: every leaf has one report, and every mined anchor as many reports as it counts. */
function integrity(path: string): string[] {
  const database = new DatabaseSync(path)
  try {
    const all = (sql: string) => database.prepare(sql).all()
    const broken = all("PRAGMA quick_check").filter(({ quick_check }) => quick_check !== "ok")
    const twice = all("SELECT anchor, leaf FROM reports WHERE anchor IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1")
    const wrong = all(
      "SELECT epoch FROM anchors WHERE count <> (SELECT count(*) FROM reports WHERE anchor = anchors.epoch)",
    )
    return [
      ...broken.map((row) => `the file: ${JSON.stringify(row)}`),
      ...twice.map((row) => `two reports are one leaf: ${JSON.stringify(row)}`),
      ...wrong.map(({ epoch }) => `anchor ${epoch} counts other reports than it has`),
    ]
  } finally {
    database.close()
  }
}
