import { readFileSync } from "node:fs"
import { createInterface } from "node:readline/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { fromHex } from "../../protocol/bytes.ts"
import type { Profile } from "../../protocol/profile.ts"
import type { Provisioning } from "../../protocol/provisioning.ts"
import type { DeviceView } from "../api/devices.ts"
import type { SenmlRecord } from "../api/senml.ts"
import { openLine } from "../bridges/serial-streams.ts"
import { ConsoleClient } from "../console/client.ts"
import { type Network, type ProvisionedBoard, provisionBoard } from "../console/provision.ts"
import { GatewayError } from "../errors.ts"
import { systemClock, systemRandom } from "../ports.ts"
import { approve } from "./approve.ts"
import { command, exitCodeOf, print, seconds, wholeNumber } from "./command.ts"
import { type GatewayClient, runningGateway } from "./instance.ts"

interface Options {
  data: string
  port: string
  profile?: string
  batch?: number
  interval?: number
  ssid?: string
  gateway?: string
  sensors?: string
  blank?: boolean
  yes?: boolean
  timeout: number
}

const LOOK_MS = 500
const OPEN_MS = 60_000
const DEFAULT_TIMEOUT = "600"

/** What boards measure unless a file says otherwise: an indoor climate sensor. */
const indoorClimate: Profile = [
  { name: "temperature", unit: "Cel", exponent: -2 },
  { name: "humidity", unit: "%RH", exponent: -2 },
  { name: "co2", unit: "ppm", exponent: 0 },
]

/** `dormouse enrol`: from a board on a cable to its first verified reading. */
export function enrolCommand(args: string[]): Promise<number> {
  const program = command("enrol", "Makes a board on a serial line a device of a running gateway.")
    .requiredOption("--port <line>", "/dev/ttyUSB0[@BAUD], tcp:HOST:PORT or unix:PATH")
    .requiredOption("--data <dir>", "data directory of a running gateway")
    .option("--profile <file>", "JSON: [{name, unit, exponent}, ...] (default: temperature, humidity, co2)")
    .option("--batch <samples>", "samples a report", wholeNumber(1, 64))
    .option("--interval <epochs>", "epochs a report", wholeNumber(1, 65_535))
    .option("--ssid <name>", "Wi-Fi network; its password is taken from DORMOUSE_WIFI_PASSWORD")
    .option("--gateway <host:port>", "where the device finds the gateway's CoAP")
    .option("--sensors <file>", "JSON: which sensors are wired where (docs/hardware.md)")
    .option("--blank", "factory reset first: forgets its owner, and makes a new key")
    .option("--yes", "approve without asking; for lines that nobody else can reach")
    .option(
      "--timeout <seconds>",
      `for the first reading (default ${DEFAULT_TIMEOUT})`,
      seconds,
      seconds(DEFAULT_TIMEOUT),
    )
  return exitCodeOf(async () => {
    const options = program.parse(args, { from: "user" }).opts<Options>()
    const { data, yes, timeout } = options
    if ((options.batch === undefined) !== (options.interval === undefined))
      throw new GatewayError("E_USAGE", "--batch and --interval belong together: give both or none.")
    const gateway = await runningGateway(data)
    const board = await provisionOver(options, gateway)
    await print(`Device ${board.address}, code ${board.code}`)
    if (!yes && !(await confirmed(board)))
      throw new GatewayError("E_NOT_APPROVED", "Not approved: the board stays provisioned, and goes on asking.")
    await approve({ dataDir: data, addresses: [board.address] })
    await print("Approved. Waiting for its first reading ...")
    for (const line of await firstReading(gateway, board.address, timeout)) await print(line)
  })
}

/** The console on its line; the board goes on to its first wake, and the line is free for the gateway. */
async function provisionOver(options: Options, gateway: GatewayClient): Promise<ProvisionedBoard> {
  const { port, batch, interval, blank } = options
  const { crypto } = await import("../../../as/index.ts")
  const request = {
    record: recordOf(await gateway.json("/api/provisioning"), profileOf(options.profile)),
    settings: batch === undefined || interval === undefined ? undefined : { batch, interval },
    network: networkOf(options),
    blank,
  }
  const stream = await openLine(port)
  const client = new ConsoleClient({ stream, clock: systemClock() })
  try {
    await print(`Looking for a board at ${port}: press its reset button if nothing happens.`)
    await client.open(OPEN_MS)
    const board = await provisionBoard(client, { crypto, random: systemRandom }, request)
    await client.call("leave")
    return board
  } finally {
    client.close()
    stream.destroy()
  }
}

function recordOf(told: Record<string, string> & { chainId: number }, profile: Profile): Provisioning {
  const { gatewayPublicKey, operator, genesisHash, registry, chainId } = told
  return {
    ...{ gatewayPublicKey: fromHex(gatewayPublicKey!), operator: fromHex(operator!), chainId },
    ...{ genesisHash: fromHex(genesisHash!), registry: fromHex(registry!), profile },
  }
}

function profileOf(file: string | undefined): Profile {
  return file === undefined ? indoorClimate : (readJson("--profile", file) as Profile)
}

/** `undefined`: the board's network stays as it is. */
function networkOf({ ssid, gateway, sensors }: Options): Network | undefined {
  const password = process.env.DORMOUSE_WIFI_PASSWORD
  const network = {
    ...(ssid !== undefined && { ssid, password: password ?? "" }),
    ...(gateway !== undefined && { gateway }),
    ...(sensors !== undefined && { sensors: JSON.stringify(readJson("--sensors", sensors)) }),
  }
  return Object.keys(network).length ? network : undefined
}

function readJson(option: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch (cause) {
    throw new GatewayError("E_USAGE", `${option} ${file}: ${(cause as Error).message}`, { cause })
  }
}

async function confirmed({ code }: ProvisionedBoard): Promise<boolean> {
  if (!process.stdin.isTTY) throw new GatewayError("E_USAGE", "Nobody is there to compare the code: add --yes.")
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question(`Does the board show ${code}? Approve it on chain? [y/N] `)
  lines.close()
  return /^y(es)?$/i.test(answer.trim())
}

/** Every report that the gateway holds had its signature checked; once one has readings, they are shown. */
async function firstReading(gateway: GatewayClient, address: string, timeout: number): Promise<string[]> {
  for (let waited = 0; waited < timeout; waited += LOOK_MS) {
    const devices = await gateway.json<DeviceView[]>("/api/devices")
    const device = devices.find((candidate) => candidate.address === address)
    if (device && device.reports.stored > 0) {
      const pack = await gateway.json<SenmlRecord[]>(`/api/devices/${address}/readings`)
      if (pack.length > 0) return pack.slice(0, device.profile.length).map(({ n, v, u }) => `${n} ${v} ${u ?? ""}`)
    }
    await sleep(LOOK_MS)
  }
  throw new GatewayError(
    "E_CONSOLE_SILENT",
    `No reading of ${address} came within ${timeout / 1000} s: does it reach the gateway?`,
  )
}
