import { exportChain, importChain } from "../chain/index.ts"
import { lockDirectory } from "../lock.ts"
import { command, exitCodeOf, print } from "./command.ts"

/** `dormouse chain export|import`: RLP blocks, as `geth export` writes them and `geth import` reads them. */
export function chainCommand(args: string[]): Promise<number> {
  const program = command("chain", "Exports or imports a gateway's chain as RLP blocks, as geth does.")
  const withOptions = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument("<file>", "the blocks, from the genesis on")
      .requiredOption("--data <dir>", "the gateway's data directory")
      .exitOverride()
      .configureOutput({ outputError: () => {} })
  withOptions("export", "Writes all blocks; the gateway may run meanwhile.").action(
    (file: string, { data }: { data: string }) => print(JSON.stringify(exportChain({ dir: data, file }))),
  )
  withOptions("import", "Takes in blocks, each checked and executed; the gateway must not run.").action(
    async (file: string, { data }: { data: string }) => {
      const unlock = lockDirectory(data)
      try {
        await print(JSON.stringify(await importChain({ dir: data, file })))
      } finally {
        unlock()
      }
    },
  )
  return exitCodeOf(() => program.parseAsync(args, { from: "user" }))
}
