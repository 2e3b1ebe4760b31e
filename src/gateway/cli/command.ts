/** What all commands of the gateway share: how they fail, and how they read their arguments. */
import { Command, CommanderError, InvalidArgumentError } from "commander"
import { codeOf } from "../errors.ts"

export const Exit = { ok: 0, failure: 1, usage: 2 } as const

/** A command that throws where commander would end the process. */
export function command(name: string, description: string): Command {
  return new Command(`dormouse ${name}`)
    .description(description)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
}

/** Runs `work`; every error becomes one line `code: message` on stderr, and an exit code. */
export async function exitCodeOf(work: () => Promise<unknown>): Promise<number> {
  try {
    await work()
    return Exit.ok
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return Exit.ok // --help
      // The help that commander shows where a subcommand is missing says it all.
      if (error.code !== "commander.help")
        console.error(`E_USAGE: ${error.message.replace(/^error: /, "").replaceAll("\n", " ")}`)
      return Exit.usage
    }
    console.error(`${codeOf(error)}: ${(error as Error).message.replaceAll(/\s*\n\s*/g, " ")}`)
    if (process.env.DORMOUSE_DEBUG === "1") console.error(error)
    return codeOf(error) === "E_USAGE" ? Exit.usage : Exit.failure
  }
}

/** Option parser: a whole number of at least `least`. */
export const wholeNumber = (least: number, most: number) => (text: string) => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most))
    throw new InvalidArgumentError(`A whole number from ${least} to ${most} expected.`)
  return value
}

/** Option parser: seconds, in ms. */
export function seconds(text: string): number {
  const ms = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : Number.NaN
  if (!(ms >= 100 && ms <= 30 * 24 * 3_600_000))
    throw new InvalidArgumentError("Seconds from 0.1 to 2592000 (30 days) expected.")
  return ms
}

/** Writes to stdout and waits until it is out: a pipe may take it later. */
export function print(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()))
}
