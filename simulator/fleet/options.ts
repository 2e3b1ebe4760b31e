/** The command line of `dormouse sim`. */
import { Command, CommanderError, InvalidArgumentError } from "commander"
import { MAX_BATCH } from "../../src/device/reporter.ts"
import { type AirOptions, airOptionNames, withAirOptions } from "../radio/air-options.ts"
import { deviceCount, type LinkShare, parseLinks } from "./link-shares.ts"

export interface SimOptions extends AirOptions {
  devices?: number
  /** seconds */
  epoch?: number
  /** epochs in which devices take samples; absent: until stopped */
  epochs?: number
  /** samples a report */
  batch?: number
  seed?: string
  data?: string
  json: boolean
  gateway?: string
  http?: string
  /** by default all devices are on `wifi` */
  links?: LinkShare[]
  /** where a gateway that runs already waits for serial lines */
  serial?: string
  /** in virtual time; with `epochs` or `days` for its end */
  virtual?: boolean
  days?: number
  /** path or name */
  scenario?: string
  report?: string
}

export const defaults = { devices: 12, epoch: 10, batch: 6 } as const
/** In virtual time; `seed` too is fixed, since a run is there to be repeated. */
export const virtualDefaults = { devices: 100, epoch: 600, batch: 1, days: 1, seed: "1" } as const

/** The options, or the exit code where the line said all there is to say (help, a wrong value). */
export function parseOptions(args: string[], out: Output): SimOptions | number {
  const command = describe()
    .exitOverride()
    .configureOutput({ writeOut: out.out, outputError: () => {} })
  try {
    command.parse(args, { from: "user" })
    const options: SimOptions = command.opts()
    if (options.virtual && options.gateway)
      command.error("--virtual has a gateway of its own, in virtual time too: leave --gateway and --http out")
    for (const name of ["days", "scenario", "report"] as const)
      if (options[name] !== undefined && !options.virtual) command.error(`--${name} is for --virtual`)
    if (options.scenario !== undefined && (options.devices !== undefined || options.batch !== undefined))
      command.error("--scenario says itself how many devices there are, and what each does")
    if (options.days !== undefined && options.epochs !== undefined) command.error("Give either --days or --epochs")
    if (Boolean(options.gateway) !== Boolean(options.http))
      command.error(
        `--${options.gateway ? "gateway" : "http"} needs --${options.gateway ? "http URL" : "gateway coap://HOST:PORT"} beside it`,
      )
    if (options.links && options.devices !== undefined && options.devices !== deviceCount(options.links))
      command.error(`--devices ${options.devices} contradicts --links: leave it out`)
    const serial = options.links?.some(({ link }) => link === "serial") === true
    if (options.gateway && serial && !options.serial)
      command.error("--links with serial needs --serial tcp:HOST:PORT or unix:PATH of that gateway beside it")
    if (options.serial && !(options.gateway && serial)) command.error("--serial is for --gateway with --links serial:N")
    const live = ["links", ...airOptionNames] as const
    for (const name of live)
      if (options.virtual && options[name] !== undefined) command.error(`--${name} is for live runs, not for --virtual`)
    return options
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    out.err(`E_USAGE: ${error.message.replace(/^error: /, "")}\n`)
    return 2
  }
}

export interface Output {
  out(text: string): void
  err(text: string): void
}

function describe(): Command {
  const command = new Command("dormouse sim")
    .description("Simulated sensors on the XS engine report to a real gateway with a real chain.")
    .allowExcessArguments(false)
    .option("--devices <n>", `simulated devices (default ${defaults.devices})`, integer(1, 100_000))
    .option("--epoch <seconds>", `length of an epoch (default ${defaults.epoch})`, seconds(0.5, 86_400))
    .option("--epochs <k>", "stop sampling after this many epochs (default: run until Ctrl-C)", integer(1, 1_000_000))
    .option("--batch <b>", `samples a report, spread over the epoch (default ${defaults.batch})`, integer(1, MAX_BATCH))
    .option("--seed <s>", "keys and sensor stretches follow from this number (default: a new one each time)", seed)
    .option("--data <dir>", "keep everything in this directory, and continue what is there")
    .option("--json", "the result as one JSON line at the end of stdout", false)
    .option("--gateway <coap-url>", "the fleet alone, against a running gateway (with --http)", url("coap:"))
    .option("--http <url>", "HTTP address of that gateway", url("http:", "https:"))
    .option("--links <shares>", "devices by link, as in wifi:8,serial:4 (default: all on wifi)", links)
    .option("--serial <line>", "where that gateway waits for serial lines: tcp:HOST:PORT or unix:PATH")
  return withAirOptions(command)
    .option("--virtual", `no real time: days in minutes, the same bytes for the same seed; ${virtualHelp}`)
    .option("--scenario <name>", "with --virtual: a file, or one that comes along (docs/scenarios.md)")
    .option("--report <dir>", "with --virtual: where the report goes (default: report/ beside the data)")
    .option("--days <n>", `with --virtual: days in which samples are taken (default ${virtualDefaults.days})`, days)
    .addHelpText(
      "after",
      "\nEach sample takes the next minute of a recorded office room, so the room runs faster than a real one.",
    )
}

const virtualHelp = `defaults then: ${virtualDefaults.devices} devices, epochs of ${virtualDefaults.epoch} s, ${virtualDefaults.batch} sample a report, seed ${virtualDefaults.seed}`

function number(value: string, least: number, most: number, what: string): number {
  const parsed = value.trim() === "" ? Number.NaN : Number(value)
  if (!(parsed >= least && parsed <= most)) throw new InvalidArgumentError(`Give ${what} from ${least} to ${most}.`)
  return parsed
}

function integer(least: number, most: number) {
  return (value: string) => {
    const parsed = number(value, least, most, "a whole number")
    if (!Number.isInteger(parsed)) throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
    return parsed
  }
}

function links(value: string): LinkShare[] {
  try {
    return parseLinks(value)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}

const days = (value: string) => number(value, 0.001, 36_525, "days")

const seconds = (least: number, most: number) => (value: string) => number(value, least, most, "seconds")

function seed(value: string): string {
  if (!/^\d{1,20}$/.test(value)) throw new InvalidArgumentError("Give a whole number of at most 20 digits.")
  return BigInt(value).toString()
}

function url(...schemes: string[]) {
  return (value: string) => {
    const parsed = URL.parse(value)
    if (!parsed?.hostname || !schemes.includes(parsed.protocol))
      throw new InvalidArgumentError(`Give ${schemes[0]}//HOST:PORT.`)
    return value
  }
}
