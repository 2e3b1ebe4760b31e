import { Option } from "commander"
import { pino } from "pino"
import { GatewayError } from "../errors.ts"
import { startGateway } from "../gateway.ts"
import { command, exitCodeOf, print, seconds, wholeNumber } from "./command.ts"
import { removeInstance, writeInstance } from "./instance.ts"

interface Options {
  data: string
  coap: number
  http: number
  serial: string[]
  host: string
  httpHost: string
  epoch?: number
  chainId?: number
  sealEpochs: boolean
  pending?: number
  log: string
  requireToken?: boolean
  accessLog?: number
  mqtt?: string
  mqttTopic?: string
}

const LEVELS = ["trace", "debug", "info", "warn", "error", "silent"]
const port = wholeNumber(0, 65_535)
const list = (value: string, before: string[]) => [...before, value]

/** `dormouse gateway`: runs until it is told to end. */
export function gatewayCommand(args: string[]): Promise<number> {
  const program = command("gateway", "Runs a gateway: CoAP for devices, a chain, and an HTTP API.")
    .requiredOption("--data <dir>", "where store, chain and keys are; made if it is not there")
    .option("--coap <port>", "UDP port for devices; 0: any free one", port, 5683)
    .option("--http <port>", "TCP port of the API; 0: any free one", port, 8683)
    .option("--serial <line>", "/dev/ttyUSB0[@BAUD], or [listen-]tcp:HOST:PORT, [listen-]unix:PATH; repeated", list, [])
    .option("--host <address>", "address at which devices reach it", "127.0.0.1")
    .option("--http-host <address>", "address of the API; any but loopback asks everybody for a token", "127.0.0.1")
    .option("--epoch <seconds>", "length of an epoch, from the next one on (default: as before, else 10)", seconds)
    .option("--chain-id <number>", "chain id, for the first start", wholeNumber(1, 2 ** 31))
    .option("--pending <devices>", "most devices that wait for approval (default: 1024)", wholeNumber(1, 1_000_000))
    .option("--no-seal-epochs", "no empty block at the end of an epoch in which nothing happened")
    .option("--require-token", "answer nobody without a token, on loopback either")
    .option(
      "--access-log <entries>",
      "entries kept of who read a device's data (default: 1000)",
      wholeNumber(1, 10 ** 7),
    )
    .addOption(new Option("--mqtt <url>", "broker to publish readings to").env("DORMOUSE_MQTT"))
    .option("--mqtt-topic <prefix>", "readings go to PREFIX/ADDRESS/readings (default: dormouse)")
    .addOption(new Option("--log <level>", "how much it says on stderr").choices(LEVELS).default("info"))
  return exitCodeOf(async () => {
    const options = program.parse(args, { from: "user" }).opts<Options>()
    const { data, coap, http, serial, host, httpHost, epoch, chainId, sealEpochs, pending, log } = options
    const gateway = await startGateway({
      ...{ dataDir: data, coapPort: coap, httpPort: http, serial, host, httpHost, epochMs: epoch, chainId, sealEpochs },
      limits: pending === undefined ? {} : { pendingDevices: pending },
      api: { requireToken: options.requireToken, accessEntries: options.accessLog, mqtt: mqttOf(options) },
      log: pino({ level: log }, pino.destination(2)),
    })
    const ended = signal()
    const { secret } = gateway
    writeInstance(data, { pid: process.pid, coap: gateway.coap, http: gateway.http, host: httpHost, secret })
    await print(JSON.stringify({ ready: true, pid: process.pid, coap: gateway.coap, http: gateway.http }))
    await ended
    removeInstance(data)
    await gateway.close()
  })
}

function mqttOf({ mqtt, mqttTopic }: Options) {
  if (mqtt === undefined && mqttTopic !== undefined) throw new GatewayError("E_USAGE", "--mqtt-topic needs --mqtt.")
  return mqtt === undefined ? undefined : { url: mqtt, topic: mqttTopic }
}

/** The first signal ends the gateway in good order, a second one at once. */
function signal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const)
      process.once(name, () => {
        resolve()
        process.once(name, () => process.exit(1))
      })
  })
}
