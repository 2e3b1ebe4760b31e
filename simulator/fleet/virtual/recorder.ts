/** Listens to a run and makes its record: times, energy and what became of every report, device by device, summed as it goes. */
import { Kind } from "../../../src/protocol/index.ts"
import { EnergyAccount } from "../../energy/account.ts"
import { batteries } from "../../energy/batteries.ts"
import { Battery } from "../../energy/battery.ts"
import { boards } from "../../energy/boards.ts"
import { type Consumer, chargeOf, totalOf } from "../../energy/charge.ts"
import { chips } from "../../energy/chips.ts"
import { signatureMicros } from "../../energy/cpu.ts"
import { createHarvester, harvesters } from "../../energy/harvest.ts"
import { oscillators } from "../../energy/oscillators.ts"
import type { Temperature } from "../../energy/temperature.ts"
import { media } from "../../radio/profiles.ts"
import { type DayRecord, GroupRecord } from "../../report/run-record.ts"
import type { Group, Scenario } from "../../scenarios/scenario.ts"
import type { FleetEvent } from "../fleet.ts"
import type { FrameEvent } from "../medium.ts"
import { type Member, placeOf } from "./members.ts"
import { WakeMeter } from "./wake-meter.ts"

const DAY_US = 86_400_000_000
/** Clocks are learned in it: what is missed counts from then on. */
const FIRST_HOUR_US = 3_600_000_000
/** Of a board that is not in the record, a clone. */
const FULL_MILLIVOLTS = 3000

interface Open {
  /** scheduler's µs of its last sample */
  at: number
  samples: number
  acked: boolean
}

/** One device, as the record sees it. */
interface Subject {
  member: Member
  group: GroupRecord
  consumer: Consumer
  meter: WakeMeter
  account: EnergyAccount
  millivolts: number
  brownOut: boolean
  /** µs of guard that the next slot is given */
  guard: number
  /** the gateway's call was sent in this wake, and lost on its way */
  callLost: boolean
  sampledAt: number
  /** gap records signed */
  gaps: number
  /** reports without a receipt, by seq */
  open: Map<number, Open>
}

/** The gateway's word on a device. */
export interface Settlement {
  /** reports */
  anchored: number
  /** samples that its gap records name */
  inGaps(): number
  isAnchored(seqs: Iterable<number>): Set<number>
}

export interface RecorderOptions {
  scenario: Scenario
  members: readonly Member[]
  temperatureOf(member: Member): Temperature
  now(): number
}

export class Recorder {
  readonly groups: readonly GroupRecord[]
  readonly perDay: DayRecord[] = []
  readonly #options: RecorderOptions
  readonly #subjects: Subject[]

  constructor(options: RecorderOptions) {
    const { scenario, members } = options
    this.#options = options
    this.groups = recordsOf(scenario.groups, members)
    const millivolts = (supply: EnergyAccount) => supply.supply(0).millivolts
    this.#subjects = members.map((member) => {
      const { group } = member
      const consumer = consumerOf(group)
      const account = this.#account(member, consumer)
      const record = this.groups[member.record]!
      const common = { member, group: record, consumer, account, millivolts: Math.round(millivolts(account)) }
      const progress = { guard: 0, callLost: false, sampledAt: 0, gaps: 0, open: new Map(), brownOut: false }
      return { ...common, ...progress, meter: meterOf(group, consumer) }
    })
  }

  millivolts(index: number): number {
    return this.#subjects[index]?.millivolts ?? FULL_MILLIVOLTS
  }

  brownOut(index: number): boolean {
    return this.#subjects[index]!.brownOut
  }

  heard(event: FleetEvent): void {
    const subject = this.#subjects[event.device.index]
    if (!subject) return
    const now = this.#options.now()
    if (event.type === "woke") {
      subject.meter.wake(now)
      subject.callLost = false
      this.#day(now).wakes++
    } else if (event.type === "trace") {
      subject.meter.trace(event.trace, event.at)
      this.#trace(subject, event.trace, event.ended)
    } else if (event.type === "turn") subject.meter.turn(event.result, event.started)
    else if (event.type === "slept") this.#slept(subject, event.at)
    else if (event.type === "reset") subject.group.resets++
  }

  frame(frame: FrameEvent): void {
    const subject = this.#subjects[frame.device]
    if (!subject) return
    subject.meter.frame(frame)
    subject.group.frame(frame)
    if (!frame.lost) return
    if (frame.call) subject.callLost = true
    this.#day(this.#options.now()).framesLost++
  }

  /** At the end: what the gateway says of a device's reports that have no receipt yet. */
  settle(index: number, { anchored, inGaps, isAnchored }: Settlement): void {
    const { group, open, gaps } = this.#subjects[index]!
    group.reports.anchored += anchored
    if (gaps > 0) group.samples.inGaps += inGaps()
    for (const seq of isAnchored(open.keys())) group.samples.anchored += open.get(seq)!.samples
  }

  /** At the end: how long batteries would last. */
  finish(): void {
    for (const { member, group, account } of this.#subjects) {
      if (account.wakes === 0) continue
      group.batteryYears.add(account.batteryYears(new Battery(batteries[member.group.battery])))
      group.harvested += account.harvested
    }
  }

  #trace(subject: Subject, trace: Extract<FleetEvent, { type: "trace" }>["trace"], now: number): void {
    const { group, open } = subject
    switch (trace.e) {
      case "sample":
        group.samples.taken++
        subject.sampledAt = now
        this.#day(now).samples++
        return
      case "signed":
        group.reports.signed++
        if (trace.kind === Kind.gap) subject.gaps++
        open.set(trace.seq, { at: subject.sampledAt, samples: trace.samples, acked: false })
        return
      case "acked":
        for (const seq of trace.seqs) this.#acked(subject, seq, now)
        return
      case "receipt":
        if (trace.ok) this.#receipt(subject, trace.seq, now)
        return
      case "slot": {
        if (now < FIRST_HOUR_US) return
        // A call that the air swallowed says nothing of clocks.
        const heard = trace.heard || subject.callLost
        group.slot(heard, subject.guard)
        if (!heard) this.#day(now).misses++
        return
      }
      case "asleep":
        subject.guard = trace.guard
    }
  }

  #acked({ group, open }: Subject, seq: number, now: number): void {
    const report = open.get(seq)
    if (!report || report.acked) return
    report.acked = true
    group.reports.acked++
    this.#day(now).reportsAcked++
    if (report.samples > 0) group.toAck.add((now - report.at) / 1000)
  }

  #receipt({ group, open }: Subject, seq: number, now: number): void {
    const report = open.get(seq)
    if (!report) return
    if (!report.acked) group.reports.acked++
    open.delete(seq)
    group.reports.receipts++
    group.samples.anchored += report.samples
    this.#day(now).receipts++
    if (report.samples > 0) group.toReceipt.add((now - report.at) / 1000)
  }

  #slept(subject: Subject, now: number): void {
    const { meter, account, group, consumer } = subject
    const times = meter.sleep(now)
    const { millivolts, brownOut } = account.book(times, now, meter.samples)
    if (brownOut && !subject.brownOut) group.brownOuts++
    subject.millivolts = Math.max(0, Math.round(millivolts))
    subject.brownOut = brownOut
    const charge = chargeOf(times, consumer, meter.samples)
    group.wake(times, charge, millivolts)
    this.#day(now).charge += totalOf(charge)
  }

  #day(time: number): DayRecord {
    const day = Math.floor(time / DAY_US)
    while (this.perDay.length <= day)
      this.perDay.push({
        ...{ samples: 0, wakes: 0, reportsAcked: 0, receipts: 0, misses: 0, framesLost: 0, charge: 0 },
      })
    return this.perDay[day]!
  }

  #account(member: Member, consumer: Consumer): EnergyAccount {
    const { scenario, temperatureOf } = this.#options
    const { battery, charged, harvest } = member.group
    const seed = `${scenario.seed}/${placeOf(member)}`
    return new EnergyAccount({
      consumer,
      battery: new Battery(batteries[battery], charged),
      temperature: temperatureOf(member),
      ...(harvest && { harvest: createHarvester({ profile: harvesters[harvest], seed, start: scenario.start }) }),
    })
  }
}

function recordsOf(groups: readonly Group[], members: readonly Member[]): GroupRecord[] {
  const own = groups.map((group, record) => recordOf(group, members, record))
  const withTwins = groups.filter(({ naive }) => naive)
  return [...own, ...withTwins.map((group, i) => recordOf(group, members, groups.length + i, group.name))]
}

function recordOf(group: Group, members: readonly Member[], record: number, twinOf?: string): GroupRecord {
  const { chip, medium, oscillator, battery } = group
  const name = twinOf === undefined ? group.name : `${group.name}, naive`
  const devices = members.filter((member) => member.record === record).length
  return new GroupRecord({ name, devices, parts: { chip, medium, oscillator, battery }, twinOf })
}

function consumerOf({ chip, board, medium, oscillator }: Group): Consumer {
  const { link } = media[medium]
  return { chip: chips[chip], board: boards[board], link, oscillator: oscillators[oscillator] }
}

function meterOf({ medium }: Group, { chip }: Consumer): WakeMeter {
  const boot = chip.boot.time.value * 1000
  return new WakeMeter({ boot, associate: media[medium].associate.value * 1000, signature: signatureMicros(chip) }, 0)
}
