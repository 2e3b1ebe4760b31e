import { restoreBackup } from "../backup/restore.ts"
import { command, exitCodeOf, print } from "./command.ts"

/** `dormouse restore` */
export function restoreCommand(args: string[]): Promise<number> {
  const program = command("restore", "Makes a data directory from a backup. Its gateway begins a new incarnation.")
    .argument("<file>", "what `dormouse backup` wrote")
    .requiredOption("--data <dir>", "a directory that is not there yet, or empty")
  return exitCodeOf(async () => {
    const { data } = program.parse(args, { from: "user" }).opts<{ data: string }>()
    const manifest = restoreBackup({ file: program.args[0]!, dataDir: data })
    const { id, takenAt, chain, store, keys, files } = manifest
    const missing = keys.filter((name) => !files.some((file) => file.name === `keys/${name}.json`))
    const missingKeys = missing.map((name) => `keys/${name}.json`)
    await print(JSON.stringify({ data, backup: id, takenAt, chain, store, missingKeys }))
  })
}
