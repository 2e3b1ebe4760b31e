/** Compact receipts: the device checks leaf, path and root itself before it lets go of a report. */
import { partsOf } from "../protocol/cose.ts"
import { type AnchoredReceipts, anchorHash, verifyCompactReceipt } from "../protocol/receipt.ts"
import { decodeReport, GapCause, Kind } from "../protocol/report.ts"
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
    const ok = verifyCompactReceipt(board.crypto, anchor, receipt, partsOf(report.bytes))
    board.trace({ e: "receipt", seq: report.seq, epoch: anchor.epoch, ok })
    // A receipt that does not verify is no receipt: the report stays, and the next ack may bring a better one.
    if (!ok) continue
    receipted.add(report.seq)
    device.acked.add(report.seq)
    plan.lastAnchor = anchorHash(board.crypto, anchor)
  }
  advanceCursor(device)
}

/** Up to where every report of the outbox has its receipt: from there on the gateway sends more. */
export function receiptsUpTo({ outbox, receiptCursor, receipted }: Device): number {
  let upTo = receiptCursor
  for (const { seq } of outbox.reports(receiptCursor)) {
    if (!receipted.has(seq)) break
    upTo = seq
  }
  return upTo
}

/** Moves the receipt cursor over every report that is settled, and makes it durable: nobody looks at those again. */
function advanceCursor(device: Device): void {
  const before = device.receiptCursor
  const end = Math.min(receiptsUpTo(device), firstGivenUp(device) - 1)
  for (const { seq, location } of device.outbox.reports(before)) {
    if (seq > end) break
    device.receiptCursor = seq
    device.outbox.startAt(location)
  }
  if (device.receiptCursor === before) return
  device.receipted.cutUpTo(device.receiptCursor)
  device.acked.cutUpTo(device.receiptCursor)
  device.saveProgress()
}

/**
 * What was given up is settled with the receipt of the gap record that names it, not before: that record may decay yet,
 * and nothing else says what it named.
 */
function firstGivenUp({ outbox, receiptCursor, receipted }: Device): number {
  let first = Number.POSITIVE_INFINITY
  for (const { seq, samples, bytes } of outbox.reports(receiptCursor)) {
    if (samples > 0 || receipted.has(seq)) continue
    const report = decodeReport(partsOf(bytes).payload)
    if (report.kind === Kind.gap && report.cause === GapCause.refused) first = Math.min(first, report.firstSeq)
  }
  return first
}
