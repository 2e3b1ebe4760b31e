import { writeFileSync } from "node:fs"
import { trust } from "../api/summary.ts"
import { command, exitCodeOf } from "./command.ts"
import { findGateway } from "./instance.ts"
import { withChain } from "./offline.ts"

/** What an auditor pins of this gateway and its chain. */
export async function trustOf(dataDir: string): Promise<ReturnType<typeof trust>> {
  const gateway = await findGateway(dataDir)
  if (gateway) return gateway.json("/api/trust")
  return withChain(dataDir, async (chain) => trust({ chain }))
}

/** `dormouse trust` */
export function trustCommand(args: string[]): Promise<number> {
  const program = command("trust", "Writes what `dormouse verify --trust` pins: carry it to the auditor safely.")
    .requiredOption("--data <dir>", "the gateway's data directory")
    .requiredOption("-o, --output <file>", "where to write it")
  return exitCodeOf(async () => {
    const { data, output } = program.parse(args, { from: "user" }).opts<{ data: string; output: string }>()
    writeFileSync(output, `${JSON.stringify(await trustOf(data), null, 2)}\n`)
  })
}
