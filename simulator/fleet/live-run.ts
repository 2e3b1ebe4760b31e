/** The fleet at work: the loop that watches it, shows it, approves its devices and knows when it is over. */
import type { DormouseError, EpochSchedule } from "../../src/protocol/index.ts"
import type { Workers } from "./engine.ts"
import { Fleet, type FleetEvent } from "./fleet.ts"
import { type GatewayApi, type Summary, scheduleOf } from "./gateway-api.ts"
import { LinkCounters, type LinkFigures } from "./link-figures.ts"
import { linkOf } from "./link-shares.ts"
import { liveScheduler } from "./live.ts"
import { type LiveLinks, liveMedium } from "./live-medium.ts"
import type { Medium } from "./medium.ts"
import { type Approve, Operator } from "./operator.ts"
import type { Environment } from "./ports.ts"
import { RunEnd } from "./run-end.ts"
import type { Scheduler } from "./scheduler.ts"
import type { Replay } from "./sensor.ts"
import type { DeviceState } from "./state.ts"
import type { EpochProgress } from "./view/snapshot.ts"
import type { View } from "./view/view.ts"

const POLL_US = 1_000_000
const DRAW_US = 200_000
/** Bad times of a lossy link last a minute on average, and devices wait longer after each miss. */
const BAD_AIR_US = 300_000_000
/** Between two boards' power-on: enrolment should not come as one burst. */
const POWER_ON_STEP_US = 20_000

export interface LiveRunParameters {
  environment: Environment
  view: View
  workers: Workers
  api: GatewayApi
  links: LiveLinks
  /** one a device */
  sensors: readonly Replay[]
  batch: number
  epochs: number | undefined
  /** the gateway's at the start */
  summary: Summary
  /** absent: approval is somebody else's job */
  approve: Approve | undefined
}

export type HowItEnded = "done" | "late" | "stopped"

export class LiveRun {
  readonly #parameters: LiveRunParameters
  readonly #scheduler: Scheduler
  readonly #medium: Medium
  readonly #counters: LinkCounters
  readonly #fleet: Fleet
  readonly #operator: Operator | undefined
  readonly #end: RunEnd | undefined
  #schedule: EpochSchedule
  #summary: Summary
  #stopping = false
  #over = false
  #finish: (how: HowItEnded) => void = () => {}
  #fail: (error: unknown) => void = () => {}

  constructor(parameters: LiveRunParameters) {
    const { environment, view, workers, links, sensors, epochs, summary, approve } = parameters
    const fail = (error: unknown) => this.#fail(error)
    this.#parameters = parameters
    this.#summary = summary
    this.#schedule = scheduleOf(summary)
    this.#scheduler = liveScheduler(environment.monotonicMs, fail)
    this.#counters = new LinkCounters(sensors.length, (device) => linkOf(links.shares, device))
    const observe = this.#counters.frame.bind(this.#counters)
    this.#medium = liveMedium(links, { scheduler: this.#scheduler, observe, onError: fail })
    const ports = { scheduler: this.#scheduler, mediumOf: () => this.#medium, engineOf: workers.engineOf }
    this.#fleet = new Fleet(ports, sensors, (event) => this.#heard(event))
    this.#operator = approve && new Operator(this.#scheduler, approve, (error) => view.notice(`Approval: ${error}`))
    const epochUs = this.#schedule.lengthOf(summary.epoch) * 1000
    this.#end =
      epochs === undefined ? undefined : new RunEnd(epochUs, this.#scheduler.now(), links.impairment ? BAD_AIR_US : 0)
  }

  get devices(): readonly DeviceState[] {
    return this.#fleet.devices
  }

  get links(): LinkFigures[] {
    return this.#counters.figures
  }

  /** Runs to its end; rejects where the fleet or its gateway cannot go on. No device runs any more afterwards. */
  async until(stopAsked: Promise<void>, gatewayEnded: Promise<DormouseError | undefined>): Promise<HowItEnded> {
    const ended = new Promise<HowItEnded>((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
    void stopAsked.then(() => {
      this.#stopping = true
      this.#finish("stopped")
    })
    void gatewayEnded.then((error) => error && this.#fail(error))
    this.#fleet.powerOn(POWER_ON_STEP_US * this.devices.length)
    this.#every(DRAW_US, () => this.#watch())
    this.#every(POLL_US, () => this.#poll())
    try {
      return await ended
    } finally {
      this.#over = true
      this.#operator?.stop()
      this.#draw()
      await this.#fleet.stop()
      this.#medium.close()
      await this.#poll()
      this.#draw()
      this.#parameters.view.end()
    }
  }

  #heard(event: FleetEvent): void {
    if (event.type === "trace") this.#counters.trace(event.device.index, event.trace)
    this.#parameters.view.event(event)
    if (event.type === "pending" && event.device.address) this.#operator?.ask(event.device.address)
  }

  #watch(): void {
    this.#draw()
    const verdict = this.#end?.check(this.devices, this.#scheduler.now())
    if (verdict === "done" || verdict === "late") this.#finish(verdict)
  }

  /** A gateway that does not answer now may answer later: devices have their own patience. */
  async #poll(): Promise<void> {
    const summary = await this.#parameters.api.summary().catch(() => undefined)
    if (!summary) return
    this.#summary = summary
    this.#schedule = scheduleOf(summary)
  }

  #draw(): void {
    const { view, batch, epochs, api, approve, summary } = this.#parameters
    view.update({
      devices: this.devices,
      links: this.links,
      batch,
      epochs,
      epoch: this.#progress(),
      summary: this.#summary,
      anchoredBefore: summary.reports.anchored,
      gatewayUrl: api.url,
      approveCommand: approve ? undefined : "npx dormouse approve --data DIR --all",
      stopping: this.#stopping,
    })
  }

  #progress(): EpochProgress {
    const now = this.#parameters.environment.unixMs()
    const number = this.#schedule.epochAt(now)
    const length = this.#schedule.lengthOf(number)
    const elapsed = Math.max(0, now - this.#schedule.startOf(number))
    return { number, fraction: elapsed / length, secondsLeft: (length - elapsed) / 1000 }
  }

  #every(period: number, action: () => void | Promise<void>): void {
    this.#scheduler.at(this.#scheduler.now() + period, async () => {
      if (this.#over) return
      await action()
      this.#every(period, action)
    })
  }
}
