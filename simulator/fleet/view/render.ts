/** The live view as lines of text: a pure function of what is known. */
import { type DeviceState, totalsOf } from "../state.ts"
import { linkLines } from "./links.ts"
import type { Snapshot } from "./snapshot.ts"
import { bar, clip, grouped, left, type Paint, plural, right, type Style, shortHex } from "./text.ts"

const NARROWEST = 40
/** header (2), blank line, column titles, blank line, footer (2) */
const FRAME_ROWS = 7
/** On a terminal with less room than that for devices the links are left out. */
const LEAST_DEVICES = 4

export function render(snapshot: Snapshot, columns: number, rows: number, paint: Paint): string[] {
  const width = Math.max(NARROWEST, columns)
  const links = [...linkLines(snapshot.links, width, paint), ""]
  const room = rows - FRAME_ROWS - 1
  const withLinks = room - links.length >= LEAST_DEVICES
  const { shown, hidden } = pick(snapshot.devices, Math.max(1, withLinks ? room - links.length : room))
  const table = shown.map((device) => deviceLine(device, snapshot.batch, width, paint))
  return [
    ...header(snapshot, width, paint),
    "",
    paint("dim", clip(titles(width), width)),
    ...table,
    ...(hidden > 0 ? [paint("dim", clip(`... and ${grouped(hidden)} more`, width))] : []),
    "",
    ...(withLinks ? links : []),
    ...footer(snapshot, width, paint),
  ]
}

function header({ epoch, summary, gatewayUrl, epochs }: Snapshot, width: number, paint: Paint): string[] {
  const progress = `Epoch ${epoch.number} ${bar(epoch.fraction, 20)} ${Math.ceil(epoch.secondsLeft)} s left`
  const chain = summary?.chain
  const facts = [
    ...(chain
      ? [
          `Chain ${chain.id}`,
          `height ${grouped(chain.height)}`,
          `head ${shortHex(chain.head)}`,
          plural(chain.anchors, "anchor"),
        ]
      : []),
    ...(epochs === undefined ? [] : [`samples for ${plural(epochs, "epoch")}`]),
  ]
  return [paint("bold", clip(`${progress}  ${gatewayUrl}`, width)), clip(facts.join("  "), width)]
}

function footer(snapshot: Snapshot, width: number, paint: Paint): string[] {
  const totals = totalsOf(snapshot.devices)
  const { summary, anchoredBefore } = snapshot
  const sums = [
    plural(totals.samples, "sample"),
    `${grouped(totals.signed)} signed`,
    `${grouped(totals.acked)} acked`,
    ...(summary ? [`${grouped(summary.reports.anchored - anchoredBefore)} anchored`] : []),
    plural(totals.receiptsVerified, "receipt"),
  ].join(", ")
  const resets = totals.resets > 0 ? `, ${plural(totals.resets, "reset")}` : ""
  return [clip(sums + resets, width), lastLine(snapshot, totals.pending, width, paint)]
}

function lastLine({ approveCommand, stopping }: Snapshot, pending: number, width: number, paint: Paint): string {
  if (stopping) return paint("yellow", clip("Stopping ... Ctrl-C again ends at once.", width))
  if (approveCommand && pending > 0) return paint("yellow", clip(`waiting for approval: ${approveCommand}`, width))
  return paint("dim", clip("Ctrl-C ends the run and sums it up.", width))
}

/** Widths of a device's line; with a space between them they make 79, and a wider terminal gives the rest to the state. */
const WIDTHS = { address: 12, samples: 7, signed: 6, acked: 5, receipts: 8, sign: 7, heap: 4 }
const stateWidth = (width: number) => Math.min(48, Math.max(23, width - 57))

function titles(width: number): string {
  const { address, samples, signed, acked, receipts, sign, heap } = WIDTHS
  const counts = [
    right("samples", samples),
    right("signed", signed),
    right("acked", acked),
    right("receipts", receipts),
    right("sign µs", sign),
    right("heap", heap),
  ]
  return [left("device", address), left("state", stateWidth(width)), ...counts].join(" ")
}

function deviceLine(device: DeviceState, batch: number, width: number, paint: Paint): string {
  const { lastSignNs, heapBytes } = device
  const [state, style] = describe(device, batch, stateWidth(width))
  const shown = left(state, stateWidth(width))
  const counts = [
    right(grouped(device.samples), WIDTHS.samples),
    right(grouped(device.signed.size), WIDTHS.signed),
    right(grouped(device.acked.size), WIDTHS.acked),
    right(grouped(device.receipts.size), WIDTHS.receipts),
    right(lastSignNs === undefined ? "-" : grouped(lastSignNs / 1000), WIDTHS.sign),
    right(heapBytes === undefined ? "-" : `${Math.round(heapBytes / 1024)}K`, WIDTHS.heap),
  ].join(" ")
  const address = left(device.address ? shortHex(device.address) : `#${device.index + 1}`, WIDTHS.address)
  const room = width - address.length - shown.length - 2
  return `${address} ${style ? paint(style, shown) : shown} ${clip(counts, Math.max(0, room))}`
}

export function describe(device: DeviceState, batch: number, room: number): [state: string, style?: Style] {
  const { activity, attempts, misses, filling } = device
  switch (activity.kind) {
    case "reset":
      return [`reset: ${activity.why}`, "red"]
    case "revoked":
      return ["revoked by the operator", "red"]
    case "pending":
      return ["waiting for approval", "yellow"]
    case "enrolling":
      return ["enrolling", "yellow"]
    case "off":
      return ["off", "dim"]
    case "sending":
      return attempts > 1 ? [`sending, try ${attempts}`, "yellow"] : ["sending", "cyan"]
    case "awake":
      return filling > 0 ? [`sampling ${filling}/${batch}`, "green"] : ["awake", "cyan"]
  }
  if (misses > 0) return [`offline, ${misses} ${misses === 1 ? "try" : "tries"}`, "yellow"]
  const fill = filling > 0 ? `, ${filling} of ${plural(batch, "sample")}` : ""
  const asleep = `asleep until epoch ${activity.untilEpoch}`
  const shown = [asleep + fill, asleep, `asleep until ${activity.untilEpoch}`].find(({ length }) => length <= room)
  return [shown ?? "asleep"]
}

/** Where not all fit: troubled devices first, then those that changed last; always shown in their order. */
function pick(devices: readonly DeviceState[], room: number): { shown: DeviceState[]; hidden: number } {
  if (devices.length <= room + 1) return { shown: [...devices], hidden: 0 }
  const troubled = ({ activity, misses }: DeviceState) => (activity.kind === "reset" || misses > 1 ? 1 : 0)
  const shown = [...devices]
    .sort((a, b) => troubled(b) - troubled(a) || b.changedAt - a.changedAt || a.index - b.index)
    .slice(0, room)
    .sort((a, b) => a.index - b.index)
  return { shown, hidden: devices.length - shown.length }
}
