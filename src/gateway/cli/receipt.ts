import { writeFileSync } from "node:fs"
import { command, exitCodeOf, wholeNumber } from "./command.ts"
import { findGateway } from "./instance.ts"
import { offlineReceipt } from "./offline.ts"

interface Options {
  data: string
  device: string
  seq: number
  output: string
}

/** The full receipt of one report; where the gateway does not run, its chain is started for it. */
export async function receiptOf(dataDir: string, device: string, seq: number): Promise<Uint8Array> {
  const gateway = await findGateway(dataDir)
  if (gateway) return gateway.bytes(`/api/devices/${encodeURIComponent(device)}/receipts/${seq}`)
  return offlineReceipt(dataDir, device, seq)
}

/** `dormouse receipt` */
export function receiptCommand(args: string[]): Promise<number> {
  const program = command("receipt", "Writes the full receipt of one report: a file that anyone can verify.")
    .requiredOption("--data <dir>", "the gateway's data directory")
    .requiredOption("--device <address>", "who signed the report")
    .requiredOption("--seq <number>", "the report's number", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .requiredOption("-o, --output <file>", "where to write it")
  return exitCodeOf(async () => {
    const { data, device, seq, output } = program.parse(args, { from: "user" }).opts<Options>()
    writeFileSync(output, await receiptOf(data, device, seq))
  })
}
