/**
 * What goes wrong with boards and their links, and when: all of it follows from scenario and seed, so it is known before it
 * happens and wakes can be computed ahead of it.
 */
import { basename } from "node:path"
import type { FaultRecord } from "../../report/run-record.ts"
import { endOf, type Fault, type Scenario } from "../../scenarios/scenario.ts"
import type { Disturbance } from "../../xs/types.ts"
import type { BoardFaults, SleepCut, WakeFaults } from "../machine-ports.ts"
import { type Random, randomStream } from "../random.ts"
import type { Oscillator } from "../scheduler.ts"
import type { Member } from "./members.ts"

type FaultOf<K extends Fault["kind"]> = Extract<Fault, { kind: K }>
type BoardFault = FaultOf<"power-cut" | "reset" | "bad-blocks" | "retained-corrupted" | "brown-out" | "update">

interface Occurrence {
  at: number
  fault: BoardFault
}

/** A power cut falls on one of the first flash operations of a wake: a wake has about so many. */
const CUT_OPERATIONS = 12
const SECTORS = 64
/** What strikes a board asleep. */
const ASLEEP: readonly string[] = ["brown-out", "update"]
const HOUR_US = 3_600_000_000

export class FaultPlan {
  readonly #scenario: Scenario
  readonly #seed: string
  readonly #members: readonly Member[]
  readonly #note: (fault: FaultRecord) => void
  readonly #outages: Map<number, [from: number, to: number][]> = new Map()

  constructor(scenario: Scenario, members: readonly Member[], note: (fault: FaultRecord) => void) {
    this.#scenario = scenario
    this.#seed = String(scenario.seed)
    this.#members = members
    this.#note = note
    for (const { device, at, fault } of this.#all(["outage"])) {
      const spans = this.#outages.get(device) ?? []
      this.#outages.set(device, [...spans, [at, at + fault.for]])
      this.note("outage", at, device, `for ${minutes(fault.for)}`)
    }
  }

  note(kind: string, at: number, device?: number, detail?: string): void {
    const group = device === undefined ? undefined : this.#members[device]!.group.name
    this.#note({
      kind,
      at,
      ...(device !== undefined && { device }),
      ...(group && { group }),
      ...(detail && { detail }),
    })
  }

  outage(device: number, now: number): boolean {
    return this.#outages.get(device)?.some(([from, to]) => from <= now && now < to) ?? false
  }

  /** The device's clock with the jumps that it makes. */
  clockOf(device: number, clock: Oscillator): Oscillator {
    const jumps = [...this.#all(["clock-off"])].filter((one) => one.device === device)
    for (const { at, fault } of jumps) this.note("clock-off", at, device, `${minutes(fault.by)} ahead`)
    return jumps.reduce((before, { at, fault }) => jumping(before, at, fault.by), clock)
  }

  boardOf(device: number): BoardFaults | undefined {
    const kinds = ["power-cut", "reset", "bad-blocks", "retained-corrupted", "brown-out", "update"] as const
    const occurrences = [...this.#all(kinds)].filter((one) => one.device === device).sort((a, b) => a.at - b.at)
    if (occurrences.length === 0) return undefined
    const random = randomStream(this.#seed, "faults", device)
    return new Board(occurrences, random, (kind, at, detail) => this.note(kind, at, device, detail))
  }

  /** Each time that a fault of these kinds hits a device. Twins are left alone: they are there to be compared. */
  *all<K extends Fault["kind"]>(kinds: readonly K[]) {
    yield* this.#all(kinds)
  }

  *#all<K extends Fault["kind"]>(kinds: readonly K[]): Generator<{ device: number; at: number; fault: FaultOf<K> }> {
    for (const [i, fault] of this.#scenario.faults.entries()) {
      if (!(kinds as readonly string[]).includes(fault.kind) || !("share" in fault)) continue
      for (const { index, group, twinOf } of this.#members) {
        if (twinOf !== undefined || (fault.group !== undefined && fault.group !== group.name)) continue
        const random = randomStream(this.#seed, "fault", i, index)
        if (random.uniform() >= fault.share) continue
        for (const at of this.#times(fault, random)) yield { device: index, at, fault: fault as FaultOf<K> }
      }
    }
  }

  #times(fault: Fault, random: Random): number[] {
    if (!("every" in fault) || fault.every === undefined) return [fault.at!]
    const until = fault.until ?? endOf(this.#scenario)
    const times: number[] = []
    for (let at = random.exponential() * fault.every; at < until; at += random.exponential() * fault.every)
      times.push(Math.round(at))
    return times
  }
}

class Board implements BoardFaults {
  readonly #waiting: Occurrence[]
  readonly #random: Random
  readonly #note: (kind: string, at: number, detail?: string) => void

  constructor(occurrences: Occurrence[], random: Random, note: (kind: string, at: number, detail?: string) => void) {
    this.#waiting = occurrences
    this.#random = random
    this.#note = note
  }

  /** Half of the resets come while it sleeps, the others while it waits for an answer. */
  sleepCut(from: number, to: number): SleepCut | undefined {
    const index = this.#waiting.findIndex(
      ({ at, fault }) => at < to && (ASLEEP.includes(fault.kind) || fault.kind === "reset"),
    )
    if (index < 0) return undefined
    const { at, fault } = this.#waiting[index]!
    if (fault.kind === "reset" && this.#random.uniform() < 0.5) return undefined
    this.#waiting.splice(index, 1)
    const cut = Math.max(at, from)
    if (fault.kind === "update") {
      this.#note(fault.kind, cut, basename(fault.firmware))
      return { at: cut, wakeAt: cut, firmware: fault.firmware }
    }
    const away = fault.kind === "brown-out" ? fault.for : 0
    this.#note(fault.kind, cut, away ? `for ${minutes(away)}` : "asleep")
    return { at: cut, wakeAt: cut + away }
  }

  wake(time: number): WakeFaults | undefined {
    const due = this.#waiting.filter(({ at, fault }) => at <= time && !ASLEEP.includes(fault.kind))
    if (due.length === 0) return undefined
    for (const one of due) this.#waiting.splice(this.#waiting.indexOf(one), 1)
    const faults: WakeFaults = { disturbances: [], resetWaiting: false }
    for (const { fault } of due) {
      if (fault.kind === "power-cut") {
        const operations = 1 + Math.floor(this.#random.uniform() * CUT_OPERATIONS)
        faults.cut = { operations, tear: fault.tear }
        this.#note(fault.kind, time, `at flash operation ${operations}`)
      } else if (fault.kind === "reset") {
        faults.resetWaiting = true
        this.#note(fault.kind, time, "while it waited for an answer")
      } else faults.disturbances.push(...this.#disturbances(fault, time))
    }
    return faults
  }

  #disturbances(fault: FaultOf<"bad-blocks" | "retained-corrupted"> | BoardFault, time: number): Disturbance[] {
    const where = (limit: number) => Math.floor(this.#random.uniform() * limit)
    if (fault.kind !== "bad-blocks") {
      this.#note(fault.kind, time)
      return [{ kind: "retained", where: where(4096), mask: 1 << where(8) }]
    }
    const worn = Array.from({ length: fault.sectors }, () => where(SECTORS))
    this.#note(fault.kind, time, `sector ${worn.join(", ")}`)
    return worn.map((sector) => ({ kind: "wear", where: sector }))
  }
}

/** A board whose battery does not carry it through a wake is off, and tries again every hour: the sun or the day may help. */
export function withBattery(
  board: BoardFaults | undefined,
  battery: { isEmpty(): boolean; note(at: number): void },
): BoardFaults {
  let told = false
  return {
    sleepCut(from, to) {
      if (!battery.isEmpty()) return board?.sleepCut(from, to)
      if (!told) battery.note(from)
      told = true
      return { at: from, wakeAt: from + HOUR_US }
    },
    wake: (time) => board?.wake(time),
  }
}

/** Runs ahead by `by` from world time `at` on. */
function jumping(clock: Oscillator, at: number, by: number): Oscillator {
  const before = clock.deviceTime(at)
  return {
    deviceTime: (now) => clock.deviceTime(now) + (now >= at ? by : 0),
    worldTime: (time) => {
      if (time < before) return clock.worldTime(time)
      return time <= before + by ? at : Math.max(at, clock.worldTime(time - by))
    },
  }
}

const minutes = (us: number) => `${Math.round(us / 60e6)} min`
