import { pino } from "pino"
import { startGateway } from "../gateway.ts"
import { command, exitCodeOf, print, seconds, wholeNumber } from "./command.ts"
import { removeInstance, writeInstance } from "./instance.ts"

interface Options {
  data: string
  coap: number
  http: number
  host: string
  epoch?: number
  chainId?: number
  pending?: number
  log: string
}

const port = wholeNumber(0, 65_535)

/** `dormouse gateway`: runs until it is told to end. */
export function gatewayCommand(args: string[]): Promise<number> {
  const program = command("gateway", "Runs a gateway: CoAP for devices, a chain, and an HTTP API.")
    .requiredOption("--data <dir>", "where store, chain and keys are; made if it is not there")
    .option("--coap <port>", "UDP port for devices; 0: any free one", port, 5683)
    .option("--http <port>", "TCP port of the API; 0: any free one", port, 8683)
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .option("--epoch <seconds>", "length of an epoch, from the next one on (default: as before, else 10)", seconds)
    .option("--chain-id <number>", "chain id, for the first start", wholeNumber(1, 2 ** 31))
    .option("--pending <devices>", "most devices that wait for approval (default: 1024)", wholeNumber(1, 1_000_000))
    .option("--log <level>", "trace, debug, info, warn, error or silent", "info")
  return exitCodeOf(async () => {
    const { data, coap, http, host, epoch, chainId, pending, log } = program
      .parse(args, { from: "user" })
      .opts<Options>()
    const gateway = await startGateway({
      ...{ dataDir: data, coapPort: coap, httpPort: http, host, epochMs: epoch, chainId },
      limits: pending === undefined ? {} : { pendingDevices: pending },
      log: pino({ level: log }, pino.destination(2)),
    })
    const ended = signal()
    writeInstance(data, { pid: process.pid, coap: gateway.coap, http: gateway.http, host })
    await print(JSON.stringify({ ready: true, pid: process.pid, coap: gateway.coap, http: gateway.http }))
    await ended
    removeInstance(data)
    await gateway.close()
  })
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
