/** `dormouse proxy`: bad air between any CoAP client and a gateway. */
import { command, exitCodeOf, print, wholeNumber } from "../../src/gateway/cli/command.ts"
import { LinkCounters } from "../fleet/link-figures.ts"
import { liveScheduler } from "../fleet/live.ts"
import { environment } from "../fleet/ports.ts"
import { stopSignal } from "../fleet/stop.ts"
import { resolveGateway } from "../fleet/udp.ts"
import { type AirOptions, impairmentOf, withAirOptions } from "./air-options.ts"
import { media } from "./profiles.ts"
import { openProxy } from "./proxy.ts"

interface Options extends AirOptions {
  gateway: string
  host: string
  port: number
  seed?: string
}

export function proxyCommand(args: string[]): Promise<number> {
  const program = command("proxy", "Stands between CoAP clients and a gateway, and loses and delays what they send.")
    .requiredOption("--gateway <coap-url>", "where the gateway is, as in coap://127.0.0.1:5683")
    .option("--host <address>", "address at which clients reach the proxy", "127.0.0.1")
    .option("--port <port>", "UDP port for clients; 0: any free one", wholeNumber(0, 65_535), 0)
    .option("--seed <s>", "all chance follows from it (default: a new one each time)")
  withAirOptions(program)
  return exitCodeOf(async () => {
    const {
      gateway,
      host,
      port,
      seed = environment.freshSeed(),
      ...air
    } = program.parse(args, { from: "user" }).opts<Options>()
    const onError = (error: unknown) => console.error(String(error))
    const counters = new LinkCounters(0, () => "wifi")
    const { header, airtime } = media.wifi
    const proxy = await openProxy({
      ...{ target: await resolveGateway(gateway), host, port, onError },
      ...{ scheduler: liveScheduler(environment.monotonicMs, onError), impairment: impairmentOf(air, seed) },
      ...{ header: header.value, airtime, observe: (frame) => counters.frame(frame) },
    })
    await print(JSON.stringify({ ready: true, pid: process.pid, port: proxy.port }))
    const stop = stopSignal(() => {})
    await stop.asked
    stop.dispose()
    proxy.close()
    const [figures] = counters.figures
    await print(JSON.stringify(figures ? { frames: figures.frames, bytes: figures.bytes } : {}))
  })
}
