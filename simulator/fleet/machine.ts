/**
 * The life of one simulated board: it wakes as a fresh machine, takes turns while it is awake, sleeps until the time it
 * asked for. A board that hangs or dies is reset, as its watchdog would do; nothing else is affected.
 */

import type { Disturbance } from "../xs/types.ts"
import type { Engine, TurnResult, WakeParameters } from "./engine.ts"
import type { Link, Medium } from "./medium.ts"
import type { Oscillator, Scheduler, Timer } from "./scheduler.ts"
import type { Replay } from "./sensor.ts"
import { parseTrace, type Trace } from "./trace.ts"
import type { Ahead } from "./virtual/ahead.ts"

/** A board that waits for nothing at all this long is reset. */
export const WATCHDOG_US = 30_000_000
/** Wait before a board that died is started again; doubled each time, so that a boot loop costs little. */
const FIRST_BACKOFF_US = 1_000_000
const LONGEST_BACKOFF_US = 60_000_000

export interface MachinePorts {
  scheduler: Scheduler
  medium: Medium
  engine: Engine
  observer: MachineObserver
  /** In virtual time only. */
  virtual?: VirtualTurns
}

/** Where the simulation's time is not the engine's. */
export interface VirtualTurns {
  /** wakes computed before their time */
  ahead: Ahead
  /** from the wake-up to the first instruction of the device's program (µs) */
  bootMicros(index: number): number
  /** what the battery gives at the moment (mV) */
  millivolts(index: number): number
  /** what goes wrong with a board; absent: nothing */
  faultsOf(index: number): BoardFaults | undefined
  /** Puts other firmware on a board that sleeps; resolves when its engine is ready to wake it. */
  install(index: number, firmware: string): Promise<void>
  /** No turn takes less (µs): so long other events go on while the engine is at work. */
  leastTurn: number
}

/** What goes wrong with one board. Asked once for each sleep and each wake, in their order. */
export interface BoardFaults {
  /** Its power fails while it sleeps from one moment to the other. */
  sleepCut(from: number, to: number): SleepCut | undefined
  wake(time: number): WakeFaults | undefined
}

export interface SleepCut {
  at: number
  /** when it is back */
  wakeAt: number
  /** what it runs from then on; absent: what it ran before */
  firmware?: string
}

export interface WakeFaults {
  /** power fails at this flash operation of the wake */
  cut?: { operations: number; tear: number }
  disturbances: Disturbance[]
  /** it is reset while it waits for the first time */
  resetWaiting: boolean
}

export interface MachineObserver {
  woke(index: number): void
  /** `at`: device time */
  trace(index: number, trace: Trace, at: number): void
  /** `started`: device time of its first instruction */
  turn(index: number, result: TurnResult, started: number): void
  /** It fell asleep, or its machine ended. */
  slept?(index: number): void
  /** The board was reset: it died, or its watchdog ended it. */
  reset(index: number, why: string): void
}

type Run = (now: number) => { started: number; result: Promise<TurnResult> }

export class Machine {
  readonly #index: number
  readonly #ports: MachinePorts
  readonly #oscillator: Oscillator
  readonly #sensor: Replay
  /** Counts wakes: what was meant for an earlier machine never reaches a later one. */
  #life = 0
  #awake = false
  #link: Link | undefined
  /** A turn is under way: what comes meanwhile waits. */
  #running: Promise<unknown> | undefined
  #inbox: Run[] = []
  #timers: Timer[] = []
  #faults: WakeFaults | undefined
  #deaths = 0
  /** what its flash suffered: an engine that it moves to must be told */
  readonly #wear: Disturbance[] = []
  #stopped = false

  constructor(index: number, ports: MachinePorts, oscillator: Oscillator, sensor: Replay) {
    this.#index = index
    this.#ports = ports
    this.#oscillator = oscillator
    this.#sensor = sensor
  }

  powerOn(): void | Promise<void> {
    return this.#wake("power-on")
  }

  /** No turn begins after this; resolves when the one that runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#rest()
    await this.#running?.catch(() => {})
  }

  #wake(reason: WakeParameters["reason"], planned = false): void | Promise<void> {
    if (this.#stopped) return
    const { engine, observer, virtual } = this.#ports
    const life = ++this.#life
    this.#awake = true
    observer.woke(this.#index)
    const boot = virtual?.bootMicros(this.#index) ?? 0
    const run: Run = planned
      ? (now) => ({ started: now + boot, result: virtual!.ahead.collect(this.#index) })
      : (now) => ({
          started: now + boot,
          result: engine.wake(this.#index, this.#wakeParameters(reason, now, this.#ports.scheduler.now())),
        })
    return this.#turn(life, run, boot)
  }

  /** Of the wake at scheduler's `time`, device's `now`. Called once for each, perhaps long before it. */
  #wakeParameters(reason: WakeParameters["reason"], now: number, time: number): WakeParameters {
    const { virtual, engine } = this.#ports
    const left = this.#faults?.cut
    const faults = virtual?.faultsOf(this.#index)?.wake(time)
    this.#faults =
      faults ?? (left && left.operations > 0 ? { cut: left, disturbances: [], resetWaiting: false } : undefined)
    for (const disturbance of faults?.disturbances ?? []) {
      engine.disturb?.(this.#index, disturbance).catch(() => {})
      if (disturbance.kind === "wear") this.#wear.push(disturbance)
    }
    const sensor = this.#sensor.current
    return {
      ...{ now: now + (virtual?.bootMicros(this.#index) ?? 0), reason },
      ...(sensor && { sensor: [...sensor] }),
      ...(virtual && { batteryMillivolts: virtual.millivolts(this.#index) }),
      ...this.#cut(),
    }
  }

  /** A power cut that is still to come in this wake. */
  #cut() {
    const cut = this.#faults?.cut
    return cut && cut.operations > 0 ? { cutAfterFlashOps: cut.operations, tear: cut.tear } : {}
  }

  /** One turn after the other, in the order of their causes. */
  #turn(life: number, run: Run, least = this.#ports.virtual?.leastTurn): void | Promise<void> {
    if (this.#stopped || life !== this.#life) return
    if (this.#running) {
      this.#inbox.push(run)
      return
    }
    const { scheduler } = this.#ports
    const { started, result } = run(this.#oscillator.deviceTime(scheduler.now()))
    if (!least) {
      const ended = this.#end(life, started, result)
      this.#running = ended
      return ended
    }
    this.#running = result
    result.catch(() => {}) // `#end` gets the error
    scheduler.at(scheduler.now() + least, () => this.#end(life, started, result))
  }

  /** At once in real time; in virtual time a turn takes as long as its instructions, and ends when time has got there. */
  async #end(life: number, started: number, running: Promise<TurnResult>): Promise<void> {
    const { scheduler } = this.#ports
    const result = await running
    if (life === this.#life || this.#stopped) this.#report(result, started)
    const end = this.#oscillator.worldTime(Math.floor(result.now))
    if (scheduler.now() >= end) this.#follow(life, result)
    else scheduler.at(end, () => this.#follow(life, result))
  }

  #report(result: TurnResult, started: number): void {
    for (const [i, line] of result.traces.entries()) {
      const trace = parseTrace(line)
      if (!trace) continue
      if (trace.e === "sample") this.#sensor.advance()
      this.#ports.observer.trace(this.#index, trace, result.tracedAt[i]!)
    }
    this.#ports.observer.turn(this.#index, result, started)
  }

  #follow(life: number, result: TurnResult): void | Promise<void> {
    if (life !== this.#life) return
    this.#running = undefined
    if (this.#stopped) return
    if (this.#faults?.cut) this.#faults.cut.operations -= result.flashOps
    if (!this.#link && (result.sends.length > 0 || result.state === "waiting")) this.#openLink(life)
    for (const bytes of result.sends) this.#link?.send(bytes)
    this.#cancelTimers()
    switch (result.state) {
      case "waiting":
        if (this.#faults?.resetWaiting) {
          this.#faults.resetWaiting = false
          this.#reset("reset while it waited")
          return this.#ports.engine.powerCut(this.#index)
        }
        this.#wait(life, result.alarm)
        break
      case "asleep":
        this.#deaths = 0
        this.#rest()
        if (result.until !== undefined && Number.isFinite(result.until)) this.#sleep(result.until)
        return
      default:
        this.#reset(result.reason ?? result.state)
        return
    }
    const next = this.#inbox.shift()
    return next && this.#turn(life, next)
  }

  /** The radio is on from here until the machine ends. */
  #openLink(life: number): void {
    const { engine, medium } = this.#ports
    this.#link = medium.open(this.#index, (bytes) =>
      this.#turn(life, (now) => ({
        started: now,
        result: engine.datagram(this.#index, { now, bytes, ...this.#cut() }),
      })),
    )
  }

  #sleep(until: number): void {
    const { virtual, scheduler } = this.#ports
    const time = Math.max(scheduler.now(), this.#oscillator.worldTime(until))
    const cut = virtual?.faultsOf(this.#index)?.sleepCut(scheduler.now(), time)
    if (cut) {
      this.#timers.push(scheduler.at(cut.at, () => this.#losePower(cut)))
      return
    }
    virtual?.ahead.plan(this.#index, time, () => this.#wakeParameters("timer", this.#oscillator.deviceTime(time), time))
    this.#timers.push(scheduler.at(time, () => this.#wake("timer", virtual !== undefined)))
  }

  async #losePower({ wakeAt, firmware }: SleepCut): Promise<void> {
    const { observer, scheduler, virtual } = this.#ports
    observer.reset(this.#index, firmware ? "other firmware" : "power failed while it slept")
    this.#timers = [scheduler.at(wakeAt, () => this.#wake("power-on"))]
    if (!firmware) return this.#ports.engine.powerCut(this.#index)
    await virtual!.install(this.#index, firmware)
    for (const wear of this.#wear) await this.#ports.engine.disturb?.(this.#index, wear)
  }

  #wait(life: number, alarm: number | undefined): void {
    const { engine, scheduler } = this.#ports
    const timer =
      alarm === undefined
        ? scheduler.at(scheduler.now() + WATCHDOG_US, async () => {
            this.#reset(`watchdog: it waited ${WATCHDOG_US / 1e6} s for nothing`)
            await engine.powerCut(this.#index)
          })
        : scheduler.at(this.#oscillator.worldTime(alarm), () =>
            this.#turn(life, (now) => {
              const started = Math.max(now, alarm)
              return { started, result: engine.alarm(this.#index, { now: started, ...this.#cut() }) }
            }),
          )
    this.#timers.push(timer)
  }

  #reset(why: string): void {
    const { observer, scheduler } = this.#ports
    this.#rest()
    observer.reset(this.#index, why)
    const backoff = Math.min(FIRST_BACKOFF_US * 2 ** this.#deaths++, LONGEST_BACKOFF_US)
    this.#timers.push(scheduler.at(scheduler.now() + backoff, () => this.#wake("power-on")))
  }

  /** The machine is no more: its radio is off, nothing of its time comes through. */
  #rest(): void {
    this.#life++
    if (this.#awake) this.#ports.observer.slept?.(this.#index)
    this.#awake = false
    this.#inbox = []
    this.#cancelTimers()
    this.#link?.close()
    this.#link = undefined
  }

  #cancelTimers(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers = []
  }
}
