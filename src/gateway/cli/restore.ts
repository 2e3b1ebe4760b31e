import { declareRestored } from "../backup/declare.ts"
import { restoreBackup } from "../backup/restore.ts"
import { GatewayError } from "../errors.ts"
import { systemClock } from "../ports.ts"
import { command, exitCodeOf, print } from "./command.ts"

/** `dormouse restore` */
export function restoreCommand(args: string[]): Promise<number> {
  const program = command("restore", "Makes a data directory from a backup. Its gateway begins a new incarnation.")
    .argument("[file]", "what `dormouse backup` wrote")
    .requiredOption("--data <dir>", "a directory that is not there yet, or empty")
    .option("--declare", "no file: DIR was set back by other means, such as a snapshot of the disk")
  return exitCodeOf(async () => {
    const { data, declare } = program.parse(args, { from: "user" }).opts<{ data: string; declare?: boolean }>()
    const [file] = program.args
    if (Boolean(declare) === Boolean(file)) throw new GatewayError("E_USAGE", "Give either a backup or --declare.")
    await print(JSON.stringify(file ? restored(file, data) : { data, ...declareRestored(data, systemClock()) }))
  })
}

function restored(file: string, data: string) {
  const { id, takenAt, chain, store, keys, files } = restoreBackup({ file, dataDir: data })
  const missing = keys.filter((name) => !files.some((file) => file.name === `keys/${name}.json`))
  return { data, backup: id, takenAt, chain, store, missingKeys: missing.map((name) => `keys/${name}.json`) }
}
