/**
 * The hash chain of one device as the gateway holds it: `have` moves along `prev` as reports arrive in any order.
 *
 * A break is a report whose predecessor is not here. Most are transient: the newest report comes first, the backlog
 * behind it. A gap record explains a break for good. Holes in seq are legal (numbers reserved and lost with the power),
 * so a gap record's range may not touch the reports around it; what it must do is lie between them.
 */
import type { DatabaseSync } from "node:sqlite"
import { equalBytes } from "../../protocol/bytes.ts"
import { FIRST_HEAD } from "../../protocol/report.ts"
import type { Device } from "./devices.ts"

/** What linking needs of a report. */
export interface Link {
  seq: number
  prev: Uint8Array
  head: Uint8Array
  /** range that a gap record names */
  gap?: { firstSeq: number; lastSeq: number } | undefined
}

/** How a report contradicts what is held: two successors of one report, or a successor with a lower seq. */
export interface Contradiction {
  cause: "samePrev" | "order"
  /** seq of the report that it contradicts */
  other: number
}

export class ChainLink {
  readonly #withPrev
  readonly #withHead
  readonly #next
  readonly #addGap
  readonly #gapAt
  readonly #lossAt
  readonly #addBreak
  readonly #mendBreaks
  readonly #allGaps
  readonly #gapsOf

  constructor(database: DatabaseSync) {
    const prepare = (sql: string) => database.prepare(sql)
    // Left to itself the planner walks all reports of the device in order of seq.
    this.#withPrev = prepare(
      "SELECT seq, head FROM reports INDEXED BY reportsByPrev WHERE device = ? AND prev = ? AND seq <> ? ORDER BY seq LIMIT 1",
    )
    this.#withHead = prepare("SELECT seq FROM reports WHERE device = ? AND head = ?")
    this.#next = prepare("SELECT seq, head FROM reports WHERE device = ? AND seq > ? ORDER BY seq LIMIT 1")
    this.#addGap = prepare("INSERT OR IGNORE INTO gapRecords VALUES (?, ?, ?, ?)")
    this.#gapAt = prepare("SELECT 1 FROM gapRecords WHERE device = ? AND firstSeq < ? AND lastSeq = ?")
    this.#addBreak = prepare("INSERT OR IGNORE INTO breaks VALUES (?, ?, ?)")
    this.#mendBreaks = prepare("DELETE FROM breaks WHERE device = ? AND prev = ?")
    this.#lossAt = prepare("SELECT 1 FROM losses WHERE device = ? AND seq = ? AND incarnation > 0")
    const openBreaks = `
      SELECT count(*) AS count FROM breaks b WHERE NOT EXISTS (
        SELECT 1 FROM losses l WHERE l.device = b.device AND l.seq = b.seq AND l.incarnation > 0) AND NOT EXISTS (
        SELECT 1 FROM gapRecords g WHERE g.device = b.device AND g.firstSeq < b.seq AND g.lastSeq >
          coalesce((SELECT max(seq) FROM reports r WHERE r.device = b.device AND r.seq < b.seq), 0))`
    this.#allGaps = prepare(openBreaks)
    this.#gapsOf = prepare(`${openBreaks} AND b.device = ?`)
  }

  /** Called once for each report, after it was stored. */
  add(device: Device, link: Link): Contradiction | undefined {
    const { seq, prev, head, gap } = link
    const latest = seq > device.lastSeq
    device.lastSeq = Math.max(device.lastSeq, seq)
    if (gap) this.#addGap.run(device.id, seq, gap.firstSeq, gap.lastSeq)
    // In order, as nearly always: nothing else here can have this prev, or `have` would stand behind it.
    const inOrder = equalBytes(prev, device.haveHead) && seq > device.have
    const contradiction = inOrder ? undefined : this.#place(device, link)
    if (!latest) this.#mendBreaks.run(device.id, head)
    if (inOrder) {
      device.have = seq
      device.haveHead = head
    }
    if (!inOrder || !latest) this.#advance(device)
    return contradiction
  }

  /** Moves `have` over what was named lost since; the caller saves the device. */
  pass(device: Device): void {
    this.#advance(device)
  }

  /** Breaks that neither a gap record nor a loss explains, of one device or of all. */
  countGaps(deviceId?: number): number {
    const row = deviceId === undefined ? this.#allGaps.get() : this.#gapsOf.get(deviceId)
    return row!.count as number
  }

  #place(device: Device, { seq, prev }: Link): Contradiction | undefined {
    const predecessor = this.#withHead.get(device.id, prev)?.seq as number | undefined
    if (predecessor === undefined && !equalBytes(prev, FIRST_HEAD)) this.#addBreak.run(device.id, prev, seq)
    const rival = this.#withPrev.get(device.id, prev, seq)?.seq as number | undefined
    if (rival !== undefined) return { cause: "samePrev", other: rival }
    if (predecessor !== undefined && predecessor >= seq) return { cause: "order", other: predecessor }
    return undefined
  }

  #advance(device: Device): void {
    while (device.have < device.lastSeq) {
      const next = this.#withPrev.get(device.id, device.haveHead, device.have) ?? this.#acrossGap(device)
      if (!next || (next.seq as number) <= device.have) return
      device.have = next.seq as number
      device.haveHead = next.head as Uint8Array
    }
  }

  /** The next report held, where a gap record or a loss names the number right before it as gone. */
  #acrossGap(device: Device) {
    const next = this.#next.get(device.id, device.have)
    if (!next) return undefined
    const seq = next.seq as number
    return this.#gapAt.get(device.id, seq, seq - 1) || this.#lossAt.get(device.id, seq) ? next : undefined
  }
}
