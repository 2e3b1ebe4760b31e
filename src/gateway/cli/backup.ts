import { createBackup } from "../backup/create.ts"
import { systemClock, systemRandom } from "../ports.ts"
import { command, exitCodeOf, print } from "./command.ts"

interface Options {
  data: string
  output: string
  withKeys?: boolean
}

/** `dormouse backup` */
export function backupCommand(args: string[]): Promise<number> {
  const program = command("backup", "Backs up a gateway's store and chain as of one moment; the gateway may run.")
    .requiredOption("--data <dir>", "the gateway's data directory")
    .requiredOption("-o, --output <path>", "a new file, or a directory to make one in")
    .option("--with-keys", "with the keys of gateway, sealer and operator: keep such a file as you keep them")
  return exitCodeOf(async () => {
    const { data, output, withKeys = false } = program.parse(args, { from: "user" }).opts<Options>()
    const options = { dataDir: data, output, withKeys, clock: systemClock(), random: systemRandom }
    const { file, manifest } = await createBackup(options)
    await print(JSON.stringify({ file, ...manifest }))
  })
}
