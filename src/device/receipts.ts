/** Compact receipts: the device checks leaf, path and root itself before it lets go of a report. */
import { splitSigned } from "../protocol/cose.ts"
import { type AnchoredReceipts, anchorHash, verifyCompactReceipt } from "../protocol/receipt.ts"
import type { Device } from "./device.ts"

export function applyReceipts(device: Device, anchored: readonly AnchoredReceipts[]): void {
  const { board, outbox, receipted, plan } = device
  if (anchored.length === 0) return
  const wanted = new Map(
    anchored.flatMap(({ anchor, receipts }) => receipts.map((r) => [r.seq, { anchor, receipt: r }])),
  )
  for (const report of outbox.reports(device.receiptCursor)) {
    const found = wanted.get(report.seq)
    if (!found || receipted.has(report.seq)) continue
    const { anchor, receipt } = found
    const ok = verifyCompactReceipt(board.crypto, anchor, receipt, splitSigned(report.bytes))
    board.trace({ e: "receipt", seq: report.seq, epoch: anchor.epoch, ok })
    // A receipt that does not verify is no receipt: the report stays, and the next ack may bring a better one.
    if (!ok) continue
    receipted.add(report.seq)
    device.acked.add(report.seq)
    plan.lastAnchor = anchorHash(board.crypto, anchor)
  }
  advanceCursor(device)
}

/** Moves the receipt cursor over every report that has its receipt, and makes it durable. */
function advanceCursor(device: Device): void {
  const before = device.receiptCursor
  for (const { seq, location } of device.outbox.reports(before)) {
    if (!device.receipted.has(seq)) break
    device.receiptCursor = seq
    device.outbox.startAt(location)
  }
  if (device.receiptCursor === before) return
  device.receipted.cutUpTo(device.receiptCursor)
  device.acked.cutUpTo(device.receiptCursor)
  device.saveProgress()
}
