/** What goes wrong beyond a single board: the gateway and its clock, keys in other hands. */
import { copyFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { oscillators } from "../../energy/oscillators.ts"
import type { Scenario } from "../../scenarios/scenario.ts"
import type { Workers } from "../engine.ts"
import type { Fleet } from "../fleet.ts"
import { Machine } from "../machine.ts"
import type { VirtualTurns } from "../machine-ports.ts"
import type { Medium } from "../medium.ts"
import { idealOscillator, type Scheduler } from "../scheduler.ts"
import { seededBytes } from "../seed.ts"
import { officeRoom, Replay, readRecording, stretchStart } from "../sensor.ts"
import type { Ahead } from "./ahead.ts"
import type { FaultPlan } from "./faults.ts"
import type { VirtualGateway } from "./gateway.ts"
import { isSlotted, type Member } from "./members.ts"

export interface IncidentPorts {
  scenario: Scenario
  members: readonly Member[]
  scheduler: Scheduler
  gateway: VirtualGateway
  workers: Workers<string>
  fleet: Fleet
  ahead: Ahead
  virtual: VirtualTurns
  faults: FaultPlan
  mediumOf(index: number): Medium
  /** where flash images are */
  folder: string
}

/** A gateway that is restarted is away for so long (assumed; µs). */
const RESTART_US = 5_000_000
/** A clone's readings are its own: another stretch of the recording. */
const CLONE_STRETCH = 10_000

/** Puts them all on the schedule. */
export function scheduleIncidents(ports: IncidentPorts): void {
  const { scenario, scheduler, gateway, faults } = ports
  const at = (time: number, action: () => Promise<void>) => void scheduler.at(time, action)
  const down = async (from: number, micros: number) => {
    await gateway.stop()
    at(from + micros, () => gateway.start())
  }
  for (const time of scenario.restarts) at(time, () => down(time, RESTART_US))
  for (const fault of scenario.faults)
    if (fault.kind === "gateway-down")
      at(fault.at, async () => {
        faults.note(fault.kind, fault.at, undefined, `for ${Math.round(fault.for / 60e6)} min`)
        await down(fault.at, fault.for)
      })
    else if (fault.kind === "gateway-restored") {
      let backup: string | undefined
      at(Math.max(0, fault.at - fault.age), async () => {
        backup = await gateway.backup()
      })
      at(fault.at, async () => {
        faults.note(fault.kind, fault.at, undefined, `from a backup ${Math.round(fault.age / 60e6)} min old`)
        await gateway.restore(backup!)
        at(fault.at + RESTART_US, () => gateway.start())
      })
    } else if (fault.kind === "gateway-time") {
      at(fault.at, async () => {
        faults.note(fault.kind, fault.at, undefined, `${Math.round(fault.by / 1000)} ms ahead`)
        gateway.clockOffset = fault.by
      })
      at(fault.at + fault.for, async () => {
        gateway.clockOffset = 0
      })
    }
  for (const { device, at: time } of faults.all(["key-revoked"])) at(time, () => revoke(ports, device, time))
  let clones = 0
  for (const { device, at: time, fault } of faults.all(["cloned"])) {
    const index = ports.members.length + clones++
    at(time, () => clone(ports, device, index, time, fault.for))
  }
}

async function revoke({ fleet, gateway, faults }: IncidentPorts, device: number, time: number): Promise<void> {
  const { address } = fleet.devices[device]!
  if (!address || !(await gateway.revoke(address))) return
  faults.note("key-revoked", time, device)
}

/** A second machine with a copy of the flash, that reports as the first does. */
async function clone(ports: IncidentPorts, device: number, index: number, time: number, span?: number): Promise<void> {
  const { scenario, members, scheduler, workers, fleet, ahead, virtual, mediumOf, folder, faults } = ports
  const { group } = members[device]!
  // What was computed ahead is in the flash already: the copy is from the wake that comes next.
  await fleet.settle(device)
  await ahead.settle(device)
  const flash = join(folder, `clone-${index}.bin`)
  copyFileSync(join(folder, `${String(device + 1).padStart(4, "0")}.bin`), flash)
  const seed = seededBytes(String(scenario.seed), "clone", index)
  const ppm = oscillators[group.oscillator].rated.value
  await workers.add(index, { flash, flashBytes: statSync(flash).size, ppm, slotted: isSlotted(group), seed }, device)
  faults.note("cloned", time, device)
  const recording = readRecording(officeRoom)
  const sensor = new Replay(recording, stretchStart(String(scenario.seed), device, recording.length) + CLONE_STRETCH)
  const observer = { woke() {}, trace() {}, turn() {}, reset() {} }
  const common = { scheduler, medium: mediumOf(device), engine: workers.engineOf(index), observer }
  const turns = { ...virtual, bootMicros: () => virtual.bootMicros(device) }
  const machine = new Machine(index, { ...common, virtual: turns }, idealOscillator(time), sensor)
  await machine.powerOn()
  if (span !== undefined) scheduler.at(time + span, () => machine.stop())
}
