/** A run in virtual time: the fleet on the engine, its medium and its gateway, from power-on to the last receipt. */
import { fileURLToPath } from "node:url"
import { XsWorker } from "../../xs/worker.ts"
import type { DataDir } from "../data-dir.ts"
import { startWorkers, type Workers, workerCount } from "../engine.ts"
import { prepareFlash } from "../flash.ts"
import { Fleet, type FleetEvent } from "../fleet.ts"
import type { Summary } from "../gateway-api.ts"
import { Operator } from "../operator.ts"
import type { Environment } from "../ports.ts"
import { resultOf, type SimResult } from "../result.ts"
import { RunEnd } from "../run-end.ts"
import { officeRoom, Replay, readRecording, stretchStart } from "../sensor.ts"
import { type DeviceState, isDone, totalsOf } from "../state.ts"
import type { ProgressView } from "../view/progress.ts"
import type { Ending, Example } from "../view/words.ts"
import { Ahead } from "./ahead.ts"
import { VirtualGateway } from "./gateway.ts"
import { idealMedium } from "./ideal-medium.ts"
import { engineClock, esp32c6 } from "./processor.ts"
import { VirtualScheduler } from "./scheduler.ts"

const bundle = fileURLToPath(new URL("../../../build/device/device.js", import.meta.url))

/** 2026-01-01, the gateway's first moment. */
const START = Date.UTC(2026, 0, 1)
/** Machines that wait for their time: some 300 KB each. */
const AHEAD = 64
/** Shorter than any answer to a datagram or an alarm takes a board (assumed; µs). */
const LEAST_TURN_US = 1_000
/** Events between looks at the world outside. */
const BREATH = 512

export interface VirtualSettings {
  devices: number
  /** samples a report */
  batch: number
  epochMs: number
  /** epochs in which samples are taken */
  epochs: number
  seed: string
  /** processes of the engine, threads that verify; neither changes a byte of what comes out */
  workers?: number | undefined
  verifyWorkers?: number | undefined
}

export interface VirtualPorts {
  environment: Environment
  view: ProgressView
  dir: DataDir
  /** a person asks to end the run */
  stopAsked: Promise<void>
}

export interface VirtualOutcome {
  result: SimResult
  ending: Ending
  example: Example | undefined
}

/** Throws a `DormouseError` where the run cannot go on. */
export async function runVirtual(settings: VirtualSettings, ports: VirtualPorts): Promise<VirtualOutcome> {
  const { devices, batch, epochMs, seed } = settings
  const { dir, view } = ports
  const scheduler = new VirtualScheduler()
  const { verifyWorkers } = settings
  const gateway = new VirtualGateway({ scheduler, dataDir: dir.path, seed, start: START, epochMs, verifyWorkers })
  view.notice("Starting the gateway: keys, chain and contracts ...")
  let workers: Workers | undefined
  try {
    await gateway.start()
    const boards = prepareFlash(dir, gateway.provisioning(), { devices, batch, seed })
    const start = () => XsWorker.start({ bundle, ...engineClock(esp32c6) })
    workers = await startWorkers(start, boards, settings.workers ?? workerCount(devices))
    return await new VirtualRun(settings, ports, { scheduler, gateway, workers }).until()
  } finally {
    await workers?.close()
    await gateway.stop()
  }
}

interface Parts {
  scheduler: VirtualScheduler
  gateway: VirtualGateway
  workers: Workers
}

class VirtualRun {
  readonly #settings: VirtualSettings
  readonly #ports: VirtualPorts
  readonly #parts: Parts
  readonly #ahead: Ahead
  readonly #fleet: Fleet
  readonly #operator: Operator
  readonly #epochUs: number
  #stopping = false

  constructor(settings: VirtualSettings, ports: VirtualPorts, parts: Parts) {
    const { devices, batch, epochs, epochMs, seed } = settings
    const { scheduler, gateway, workers } = parts
    this.#settings = settings
    this.#ports = ports
    this.#parts = parts
    this.#epochUs = epochMs * 1000
    this.#ahead = new Ahead(workers.engineOf, AHEAD)
    const recording = readRecording(officeRoom)
    const sensors = Array.from(
      { length: devices },
      (_, i) => new Replay(recording, stretchStart(seed, i, recording.length), epochs * batch),
    )
    const virtual = { ahead: this.#ahead, bootMicros: esp32c6.boot.value, leastTurn: LEAST_TURN_US }
    const medium = idealMedium(scheduler, gateway)
    const fleetPorts = { scheduler, medium, engineOf: workers.engineOf, virtual }
    this.#fleet = new Fleet(fleetPorts, sensors, (event) => this.#heard(event))
    this.#operator = new Operator(
      scheduler,
      (addresses) => gateway.approve(addresses),
      (error) => ports.view.notice(`Approval: ${error}`),
    )
    void ports.stopAsked.then(() => {
      this.#stopping = true
    })
  }

  async until(): Promise<VirtualOutcome> {
    const { gateway } = this.#parts
    const before = await gateway.summary()
    this.#fleet.powerOn(this.#epochUs)
    const verdict = await this.#work()
    this.#ports.view.end()
    return this.#outcome(verdict, before, await gateway.summary())
  }

  /** Event by event, until the last receipt is in. */
  async #work(): Promise<"done" | "late" | "stopped"> {
    const { scheduler } = this.#parts
    const end = new RunEnd(this.#epochUs, scheduler.now())
    for (let nextCheck = this.#epochUs; ; nextCheck += this.#epochUs) {
      while (await scheduler.step(nextCheck)) {
        this.#ahead.fill()
        if (scheduler.count % BREATH !== 0) continue
        this.#show()
        if (this.#stopping) return "stopped"
      }
      const verdict = end.check(this.#fleet.devices, nextCheck)
      if (verdict !== "running") return verdict
    }
  }

  #heard(event: FleetEvent): void {
    if (event.type === "pending" && event.device.address) this.#operator.ask(event.device.address)
    if (event.type === "reset") this.#ports.view.notice(`${event.device.address} was reset: ${event.why}`)
  }

  #show(): void {
    const { view } = this.#ports
    const { epochs, devices } = this.#settings
    const done = this.#parts.scheduler.now() / this.#epochUs
    view.update(() => ({
      fraction: Math.min(1, done / (epochs + 2)),
      days: (done * this.#epochUs) / 86_400e6,
      devices,
      wakes: totalsOf(this.#fleet.devices).wakes,
    }))
  }

  #outcome(how: "done" | "late" | "stopped", before: Summary, after: Summary): VirtualOutcome {
    const { gateway, workers } = this.#parts
    const fleet = this.#fleet.devices
    const anchored = fleet.reduce(
      (sum, { address, signed }) => sum + (address ? gateway.anchored(address, signed).size : 0),
      0,
    )
    const { epochs } = this.#settings
    const result = resultOf(fleet, { epochs, anchored, engine: workers.name, before, after })
    const waiting = fleet.filter((device) => !isDone(device)).length
    return { result, ending: how === "late" ? { kind: how, waiting } : { kind: how }, example: exampleOf(fleet) }
  }
}

function exampleOf(fleet: readonly DeviceState[]): Example | undefined {
  const done = fleet.findLast(({ receipts }) => receipts.size > 0)
  return done && { address: done.address!, seq: [...done.receipts].at(-1)! }
}
