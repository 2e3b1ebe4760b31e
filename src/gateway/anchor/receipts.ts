import type { AnchoredReceipts, CompactReceipt } from "../../protocol/receipt.ts"
import type { Device } from "../store/devices.ts"
import type { StoredReport } from "../store/reports.ts"
import type { Store } from "../store/store.ts"
import type { Trees } from "./trees.ts"

/** CBOR heads and integers of a receipt at least: the array's, seq, gateway time, role, index, and the head of the path. */
const LEAST_RECEIPT = 1 + 1 + 9 + 1 + 1 + 1
/** Of an anchor with its list of receipts. */
const ANCHOR_BYTES = 1 + 9 + 34 + 34 + 5 + 3

function sizeOf({ seq, gatewayTime, role, index, path }: CompactReceipt): number {
  const numbers = [seq, gatewayTime, role, index, path.length]
  return numbers.reduce((sum, number) => sum + headSize(number), 1) + path.length
}

/** Bytes of a CBOR head (RFC 8949 §3). */
function headSize(number: number): number {
  return number < 24 ? 1 : number < 0x100 ? 2 : number < 0x10000 ? 3 : number < 0x1_0000_0000 ? 5 : 9
}

/** Compact receipts: what a device needs to know that its reports stand under an anchor. */
export class Receipts {
  readonly #store: Store
  readonly #trees: Trees
  /** Latest seq whose receipt each device was offered. Lost with the process: then it starts from the cursor again. */
  readonly #offered = new Map<number, number>()
  /** Epoch of the latest mined anchor: receipts are made up to it. */
  minedEpoch = 0

  constructor(store: Store, trees: Trees) {
    this.#store = store
    this.#trees = trees
  }

  /**
   * Receipts above the device's cursor, oldest first, in at most `bytes`. Where the cursor stands still because one
   * report is missing, it goes on behind what was offered last and begins again at the end, so nothing starves.
   */
  forDevice(device: Device, bytes: number): AnchoredReceipts[] {
    const { id, receiptCursor, lastAnchored } = device
    if (receiptCursor >= lastAnchored) return []
    const offered = Math.min(lastAnchored, Math.max(receiptCursor, this.#offered.get(id) ?? 0))
    // More than this never fit.
    const most = Math.ceil(bytes / LEAST_RECEIPT)
    const due = this.#due(device, offered, lastAnchored, most)
    if (offered > receiptCursor && due.length < most) due.push(...this.#due(device, receiptCursor, offered, most))
    const groups = new Map<number, AnchoredReceipts>()
    let room = bytes
    let last = offered
    for (const report of due) {
      const receipt = this.compact(report)
      const group = groups.get(report.anchor!)
      room -= sizeOf(receipt) + (group ? 0 : ANCHOR_BYTES)
      if (room < 0) break
      if (group) group.receipts.push(receipt)
      else groups.set(report.anchor!, { anchor: this.#anchor(report.anchor!), receipts: [receipt] })
      last = report.seq
    }
    this.#offered.set(id, last)
    return [...groups.values()]
  }

  /** The receipt of a report that has an anchor. */
  compact({ seq, gatewayTime, role, anchor, leaf }: StoredReport): CompactReceipt {
    return { seq, gatewayTime, role, index: leaf!, path: this.#trees.of(anchor!).path(leaf!) }
  }

  #due(device: Device, above: number, upTo: number, limit: number): StoredReport[] {
    return this.#store.reports.receiptsDue(device, above, upTo, this.minedEpoch, limit)
  }

  #anchor(epoch: number) {
    const { previous, root, count } = this.#store.anchors.get(epoch)!
    return { epoch, previous, root, count }
  }
}
