/** The parts of a run at work: events one by one, until the last receipt is in. */
import { statSync } from "node:fs"
import { join } from "node:path"
import { fromHex } from "../../../src/protocol/index.ts"
import { nextInstant, slotFraction } from "../../../src/protocol/slots.ts"
import { chips } from "../../energy/chips.ts"
import type { FaultRecord, RunRecord } from "../../report/run-record.ts"
import { endOf, type Scenario } from "../../scenarios/scenario.ts"
import type { Workers } from "../engine.ts"
import { Fleet, type FleetEvent } from "../fleet.ts"
import type { Summary } from "../gateway-api.ts"
import { Operator } from "../operator.ts"
import { resultOf } from "../result.ts"
import { seededBytes } from "../seed.ts"
import { officeRoom, Replay, readRecording, stretchStart } from "../sensor.ts"
import { isDone, totalsOf } from "../state.ts"
import { Ahead } from "./ahead.ts"
import { Drain } from "./drain.ts"
import { kindOf } from "./engines.ts"
import { FaultPlan, withBattery } from "./faults.ts"
import type { VirtualGateway } from "./gateway.ts"
import { scheduleIncidents } from "./incidents.ts"
import { type Member, placeOf } from "./members.ts"
import { patienceOf } from "./patience.ts"
import { Recorder } from "./recorder.ts"
import type { VirtualOutcome, VirtualPorts } from "./run.ts"
import type { VirtualScheduler } from "./scheduler.ts"
import { mediaOf, oscillatorOf, temperatureOf } from "./surroundings.ts"

/** Machines that wait for their time: some 300 KB each. */
const AHEAD = 64
/** Shorter than any answer to a datagram or an alarm takes a board (assumed; µs). */
const LEAST_TURN_US = 1_000
/** Events between looks at the world outside. */
const BREATH = 512
/** An installation does not go on within minutes: devices are switched on over an epoch, or longer where they are many. */
const POWER_ON_STEP_US = 20_000
/** Approvals of so long go in one transaction (µs). */
const GATHER_US = 10_000_000

export interface SimulationParts extends VirtualPorts {
  scenario: Scenario
  members: readonly Member[]
  scheduler: VirtualScheduler
  gateway: VirtualGateway
  workers: Workers<string>
}

export class Simulation {
  readonly #parts: SimulationParts
  readonly #ahead: Ahead
  readonly #fleet: Fleet
  readonly #operator: Operator
  readonly #recorder: Recorder
  readonly #faults: FaultRecord[] = []
  #updates = 0
  /** unix ms of the slot that each device sleeps to */
  readonly #slots = new Map<number, number>()
  #stopping = false

  constructor(parts: SimulationParts) {
    const { scenario, members, scheduler, gateway, workers, view, stopAsked } = parts
    this.#parts = parts
    this.#ahead = new Ahead(workers.engineOf, AHEAD)
    const temperatures = temperatureOf(scenario)
    this.#recorder = new Recorder({ scenario, members, temperatureOf: temperatures, now: () => scheduler.now() })
    const plan = new FaultPlan(scenario, members, (fault) => void this.#faults.push(fault))
    const boards = members.map(({ index, twinOf }) => (twinOf === undefined ? plan.boardOf(index) : undefined))
    const supplied = members.map(({ index }) =>
      withBattery(boards[index], {
        isEmpty: () => this.#recorder.brownOut(index),
        note: (at) => plan.note("brown-out", at, index, "its battery gives no more"),
      }),
    )
    const mediumOf = mediaOf(scenario, members, {
      scheduler,
      gateway,
      observe: (frame) => this.#recorder.frame(frame),
      outage: (device, now) => plan.outage(device, now),
      callAt: (device, now) => this.#callAt(device, now),
    })
    const patience = patienceOf(scenario)
    const virtual = {
      ahead: this.#ahead,
      bootMicros: (index: number) => chips[members[index]!.group.chip].boot.time.value * 1000,
      install: (index: number, firmware: string) => this.#install(index, firmware),
      leastTurn: LEAST_TURN_US,
      patience: (index: number, answer: Uint8Array) => patience(this.#fleet.devices[index], answer),
      millivolts: (index: number) => this.#recorder.millivolts(index),
      faultsOf: (index: number) => supplied[index],
    }
    const clockOf = (index: number, powerOn: number) =>
      plan.clockOf(index, oscillatorOf(scenario, temperatures(members[index]!), members[index]!, powerOn))
    const fleetPorts = { scheduler, mediumOf, engineOf: workers.engineOf, oscillatorOf: clockOf, virtual }
    this.#fleet = new Fleet(fleetPorts, this.#sensors(), (event) => this.#heard(event))
    const approve = (addresses: string[]) => gateway.approve(addresses)
    this.#operator = new Operator(scheduler, approve, (error) => view.notice(`Approval: ${error}`), GATHER_US)
    const ahead = this.#ahead
    const folder = join(parts.dir.path, "flash")
    const incidents = {
      scenario,
      members,
      scheduler,
      gateway,
      workers,
      fleet: this.#fleet,
      ahead,
      virtual,
      mediumOf,
      folder,
    }
    scheduleIncidents({ ...incidents, faults: plan })
    void stopAsked.then(() => {
      this.#stopping = true
    })
  }

  async run(): Promise<VirtualOutcome> {
    const { gateway, members, scenario, view } = this.#parts
    const before = await gateway.figures.summary()
    this.#fleet.powerOn(Math.max(scenario.epoch, POWER_ON_STEP_US * members.length))
    const how = await this.#work()
    view.end()
    if (!gateway.schedule) await gateway.start()
    return await this.#outcome(how, before, await gateway.figures.summary())
  }

  /** Its randomness begins anew: what came of it before is not known to the engine that it moves to. */
  async #install(index: number, firmware: string): Promise<void> {
    const { scenario, members, workers } = this.#parts
    const seed = seededBytes(String(scenario.seed), "update", index, this.#updates++)
    await workers.move(index, kindOf({ ...members[index]!.group, firmware }), seed)
  }

  /** Ends when every device is done, or nothing moves any more. */
  async #work(): Promise<"done" | "late" | "stopped"> {
    const { scheduler, scenario } = this.#parts
    const { epoch } = scenario
    const drain = new Drain(scenario)
    for (let nextCheck = epoch; ; nextCheck += epoch) {
      for (let more = scheduler.step(nextCheck); more; more = scheduler.step(nextCheck)) {
        if (more !== true) await more
        this.#ahead.fill()
        if (scheduler.count % BREATH !== 0) continue
        this.#show()
        if (this.#stopping) return "stopped"
      }
      const verdict = drain.check(this.#fleet.devices, nextCheck)
      if (verdict !== "running") return verdict
    }
  }

  /** Sensors end with the scenario's days. A twin measures what its sibling does. */
  #sensors(): Replay[] {
    const { scenario, members } = this.#parts
    const recording = readRecording(officeRoom)
    return members.map((member) => {
      const { batch, interval } = member.group
      const start = stretchStart(String(scenario.seed), placeOf(member), recording.length)
      return new Replay(recording, start, Math.max(1, Math.round(endOf(scenario) / scenario.epoch / interval)) * batch)
    })
  }

  /** The slot that a device which begins to listen now is in, or comes to. */
  #callAt(device: number, now: number): number | undefined {
    const { gateway, members } = this.#parts
    const address = this.#fleet.devices[device]?.address
    const schedule = gateway.schedule
    if (!schedule || !address) return undefined
    const { batch, interval } = members[device]!.group
    // Where the gateway assigned a place, the device sleeps until its slot there.
    const planned = this.#slots.get(device) ?? 0
    if (planned >= gateway.unixMs(now)) return Math.ceil(gateway.schedulerTime(planned))
    const slot = slotFraction(fromHex(address))
    let after = gateway.unixMs(now)
    for (;;) {
      const { at, last } = nextInstant(schedule, after, slot, { batch, interval })
      if (last) return Math.ceil(gateway.schedulerTime(at))
      after = at
    }
  }

  #heard(event: FleetEvent): void {
    if (event.type === "trace" && event.trace.e === "asleep") this.#slots.set(event.device.index, event.trace.slotAt)
    this.#recorder.heard(event)
    if (event.type === "pending" && event.device.address) this.#operator.ask(event.device.address)
    if (event.type === "reset" && this.#parts.scenario.faults.length === 0)
      this.#parts.view.notice(`${event.device.address} was reset: ${event.why}`)
  }

  #show(): void {
    const { view, scheduler, scenario, members } = this.#parts
    const end = endOf(scenario) + 3 * scenario.epoch
    view.update(() => ({
      fraction: Math.min(1, scheduler.now() / end),
      days: scheduler.now() / 86_400e6,
      devices: members.length,
      wakes: totalsOf(this.#fleet.devices).wakes,
    }))
  }

  async #outcome(how: "done" | "late" | "stopped", before: Summary, after: Summary): Promise<VirtualOutcome> {
    const { gateway, workers, members, scenario } = this.#parts
    const { figures } = gateway
    for (const { address, index } of this.#fleet.devices)
      if (address)
        this.#recorder.settle(index, {
          anchored: figures.anchoredCount(address),
          inGaps: () => figures.samplesInGaps(address),
          isAnchored: (seqs) => figures.anchored(address, seqs),
        })
    this.#recorder.finish()
    const fleet = this.#fleet.devices.filter(({ index }) => members[index]!.twinOf === undefined)
    const anchored = fleet.reduce((sum, { address }) => sum + (address ? figures.anchoredCount(address) : 0), 0)
    const epochs = Math.round(endOf(scenario) / scenario.epoch)
    const result = resultOf(fleet, { epochs, anchored, engine: workers.name, before, after })
    const waiting = fleet.filter((device) => !isDone(device)).length
    const done = fleet.findLast(({ receipts }) => receipts.size > 0)
    return {
      result,
      record: await this.#record(after),
      ending: how === "late" ? { kind: how, waiting } : { kind: how },
      example: done && { address: done.address!, seq: [...done.receipts].at(-1)! },
    }
  }

  async #record(after: Summary): Promise<RunRecord> {
    const { gateway, workers, scenario, dir } = this.#parts
    const { chain, duplicates, forks, anchors } = after
    const storeBytes = ["gateway.sqlite", "gateway.sqlite-wal"].reduce(
      (sum, file) => sum + sizeOf(join(dir.path, file)),
      0,
    )
    return {
      ...{ scenario: scenario.name, seed: String(scenario.seed), start: scenario.start, days: scenario.days },
      ...{ epochMs: scenario.epoch / 1000, engine: workers.name },
      ...{ groups: this.#recorder.groups, perDay: this.#recorder.perDay, faults: this.#faults },
      gateway: {
        ...{ restarts: gateway.restarts, duplicates, forks, anchors, storeBytes },
        gas: await gateway.figures.gasUsed(),
        chain: { height: chain.height, head: chain.head },
      },
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
