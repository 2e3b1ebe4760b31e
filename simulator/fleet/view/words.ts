/** The end of a run in words, with what to try next. */
import { relative } from "node:path"
import type { LinkFigures } from "../link-figures.ts"
import type { SimResult } from "../result.ts"
import { grouped, percent, plural } from "./text.ts"

export type Ending = { kind: "done" } | { kind: "late"; waiting: number } | { kind: "stopped" }

/** `sample`: a device and one of its anchored reports, for commands that work as they stand. */
export interface Example {
  address: string
  seq: number
}

export function summaryWords(result: SimResult, ending: Ending): string[] {
  const { devices, epochs, samples, reports, chain } = result
  const trouble = [
    ...(result.gaps > 0 ? [plural(result.gaps, "gap")] : []),
    ...(result.forks > 0 ? [plural(result.forks, "fork")] : []),
    ...(result.duplicates > 0 ? [plural(result.duplicates, "duplicate")] : []),
  ]
  return [
    `${title(ending)} ${plural(devices, "device")}, ${plural(epochs, "epoch")}: ${plural(samples, "sample")} in ${plural(reports.signed, "signed report")}.`,
    `Of these ${grouped(reports.acked)} acked, ${grouped(reports.anchored)} anchored, ${plural(reports.receiptsVerified, "receipt")} verified on the devices.`,
    `Chain ${chain.id}: height ${grouped(chain.height)}, ${plural(chain.anchors, "anchor")}, head`,
    `  ${chain.head}`,
    ...(result.links ?? []).map(linkWords),
    trouble.length > 0
      ? `Look into: ${trouble.join(", ")} (dormouse devices shows where).`
      : "No gap, no fork, no duplicate.",
  ]
}

function linkWords({ link, devices, samples, frames, bytes, airtimeMs, messages }: LinkFigures): string {
  const total = frames.up + frames.down
  const lost = frames.lost > 0 ? `, ${percent(frames.lost, total)} lost` : ""
  const each =
    samples > 0
      ? `, ${grouped((bytes.up + bytes.down) / samples)} B and ${(airtimeMs / samples).toFixed(2)} ms of air a sample`
      : ""
  return `Link ${link}: ${plural(devices, "device")}, ${plural(total, "frame")}${lost}, ${percent(messages.answered, messages.sent)} answered${each}.`
}

function title(ending: Ending): string {
  switch (ending.kind) {
    case "done":
      return "All receipts are in."
    case "stopped":
      return "Stopped."
    case "late":
      return `Gave up waiting for ${plural(ending.waiting, "device")}.`
  }
}

/** Commands against the data directory; `cwd` shortens its path. */
export function nextCommands(dataDir: string, cwd: string, example: Example | undefined): string[] {
  const short = relative(cwd, dataDir)
  const data = short && !short.startsWith("..") ? short : dataDir
  return [
    "",
    `Everything is in ${data}. Try next:`,
    `  npx dormouse devices --data ${data}`,
    ...(example
      ? [
          `  npx dormouse receipt --data ${data} --device ${example.address} --seq ${example.seq} -o receipt.cbor`,
          `  npx dormouse trust --data ${data} -o trust.json`,
          "  npx dormouse verify receipt.cbor --trust trust.json",
        ]
      : []),
  ]
}
