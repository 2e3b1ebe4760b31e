/** The command-line options of bad air. */
import { type Command, InvalidArgumentError } from "commander"
import { Impairment } from "./impairment.ts"

export interface AirOptions {
  /** part of the frames lost each way */
  loss?: number
  /** mean delay each way, ms */
  latency?: number
  /** part of the frames that arrive twice */
  duplicate?: number
}

export const airOptionNames = ["loss", "latency", "duplicate"] as const

export function withAirOptions(command: Command): Command {
  return command
    .option("--loss <part>", "lose this part of all frames each way, 0 to 0.95: in runs, as bad air does", part)
    .option("--latency <time>", "delay frames each way by so much on average, as in 200ms or 1.5s", time)
    .option("--duplicate <part>", "let this part of all frames arrive twice, 0 to 0.95", part)
}

/** `undefined`: the air is as it is. */
export function impairmentOf({ loss = 0, latency = 0, duplicate = 0 }: AirOptions, seed: string) {
  return loss || latency || duplicate ? new Impairment({ loss, latency: latency * 1000, duplicate, seed }) : undefined
}

function part(value: string): number {
  const parsed = value.trim() === "" ? Number.NaN : Number(value)
  if (!(parsed >= 0 && parsed <= 0.95)) throw new InvalidArgumentError("Give a part from 0 to 0.95.")
  return parsed
}

function time(value: string): number {
  const [, figure, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(value.trim()) ?? []
  const ms = Number(figure) * (unit === "s" ? 1000 : 1)
  if (!(ms <= 60_000)) throw new InvalidArgumentError("Give a time up to a minute, as 200ms or 1.5s.")
  return ms
}
