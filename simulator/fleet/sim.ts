/** A live run: real time, real sockets, a real gateway, devices on the XS engine. */
import { approve } from "../../src/gateway/cli/approve.ts"
import type { DormouseError } from "../../src/protocol/index.ts"
import type { LinkName } from "../../src/protocol/link-message.ts"
import type { Impairment } from "../radio/impairment.ts"
import { bundleOf } from "../xs/bundle.ts"
import { XsWorker } from "../xs/worker.ts"
import type { DataDir } from "./data-dir.ts"
import { startWorkers, workerCount } from "./engine.ts"
import { prepareFlash } from "./flash.ts"
import { GatewayApi } from "./gateway-api.ts"
import { addressOf } from "./line.ts"
import { deviceCount, type LinkShare, linkOf } from "./link-shares.ts"
import { LiveRun } from "./live-run.ts"
import type { Environment } from "./ports.ts"
import { countAnchored, resultOf, type SimResult } from "./result.ts"
import { officeRoom, Replay, readRecording, stretchStart } from "./sensor.ts"
import { isDone } from "./state.ts"
import { resolveGateway } from "./udp.ts"
import type { View } from "./view/view.ts"
import type { Ending, Example } from "./view/words.ts"

export interface SimSettings {
  shares: readonly LinkShare[]
  /** samples a report */
  batch: number
  /** epochs in which samples are taken; absent: until stopped */
  epochs: number | undefined
  /** decides the stretches of the recording */
  seed: string
  /** decides all randomness of the devices; absent: the system's */
  deviceSeed: string | undefined
  gatewayCoap: string
  gatewayHttp: string
  /** where the gateway waits for serial lines; needed where a device has one */
  gatewaySerial: string | undefined
  /** what the air does besides; absent: nothing */
  impairment: Impairment | undefined
  /** approve as the operator of this gateway's data; absent: somebody else does */
  operatorDataDir: string | undefined
}

export interface SimPorts {
  environment: Environment
  view: View
  dir: DataDir
  /** a person asks to end the run */
  stopAsked: Promise<void>
  /** resolves with the error when the gateway ends on its own */
  gatewayEnded: Promise<DormouseError | undefined>
}

export interface SimOutcome {
  result: SimResult
  ending: Ending
  /** a device and one of its reports, if any went the whole way */
  example: Example | undefined
}

/** Throws a `DormouseError` where the run cannot go on. */
export async function runSim(settings: SimSettings, ports: SimPorts): Promise<SimOutcome> {
  const { shares, batch, epochs, seed, deviceSeed, operatorDataDir } = settings
  const { environment, view, dir } = ports
  const api = new GatewayApi(settings.gatewayHttp)
  const before = await api.summary()
  const links = {
    shares,
    coap: await resolveGateway(settings.gatewayCoap),
    serial: settings.gatewaySerial === undefined ? undefined : addressOf(settings.gatewaySerial),
    impairment: settings.impairment,
  }
  const devices = deviceCount(shares)
  const images = prepareFlash(dir, await api.provisioning(), { devices, batch, seed: deviceSeed })
  const boards = images.map((image, device) => ({ ...image, link: linkOf(shares, device) }))
  const recording = readRecording(officeRoom)
  const limit = epochs === undefined ? undefined : epochs * batch
  const sensors = boards.map((_, i) => new Replay(recording, stretchStart(seed, i, recording.length), limit))
  const start = (link: LinkName) => XsWorker.start({ bundle: bundleOf(link), clock: "real" })
  const workers = await startWorkers(start, boards, workerCount(devices))
  const run = new LiveRun({
    environment,
    view,
    workers,
    api,
    links,
    sensors,
    batch,
    epochs,
    summary: before,
    approve: operatorDataDir ? (addresses) => approve({ dataDir: operatorDataDir, addresses }) : undefined,
  })
  try {
    const how = await run.until(ports.stopAsked, ports.gatewayEnded)
    const fleet = run.devices
    const after = await api.summary()
    const result = resultOf(fleet, {
      epochs: epochs ?? Math.max(0, after.epoch - before.epoch),
      anchored: await countAnchored(api, fleet),
      engine: workers.name,
      links: run.links,
      before,
      after,
    })
    const done = fleet.findLast(({ receipts }) => receipts.size > 0)
    return {
      result,
      ending:
        how === "late" ? { kind: "late", waiting: fleet.filter((device) => !isDone(device)).length } : { kind: how },
      example: done && { address: done.address!, seq: [...done.receipts].at(-1)! },
    }
  } finally {
    await workers.close()
  }
}
