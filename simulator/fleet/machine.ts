/**
 * The life of one simulated board: it wakes as a fresh machine, takes turns while it is awake, sleeps until the time it
 * asked for. A board that hangs or dies is reset, as its watchdog would do; nothing else is affected.
 */
import type { Disturbance } from "../xs/types.ts"
import type { TurnResult, WakeParameters } from "./engine.ts"
import type { MachinePorts, SleepCut, WakeFaults } from "./machine-ports.ts"
import type { Link } from "./medium.ts"
import type { Oscillator, Timer } from "./scheduler.ts"
import type { Replay } from "./sensor.ts"
import { parseTrace } from "./trace.ts"

/** A board that waits for nothing at all this long is reset. */
export const WATCHDOG_US = 30_000_000
/** Wait before a board that died is started again; doubled each time, so that a boot loop costs little. */
const FIRST_BACKOFF_US = 1_000_000
const LONGEST_BACKOFF_US = 60_000_000

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

  /** Resolves when nothing of it is under way on the engine. */
  async settle(): Promise<void> {
    await this.#running?.catch(() => {})
  }

  /** No turn begins after this; resolves when the one that runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#rest()
    await this.settle()
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
    const end = this.#oscillator.worldTime(Math.floor(result.now))
    if (life === this.#life || this.#stopped) this.#report(result, started, end)
    if (scheduler.now() >= end) this.#follow(life, result, end)
    else scheduler.at(end, () => this.#follow(life, result, end))
  }

  #report(result: TurnResult, started: number, ended: number): void {
    for (const [i, line] of result.traces.entries()) {
      const trace = parseTrace(line)
      if (!trace) continue
      if (trace.e === "sample") this.#sensor.advance()
      this.#ports.observer.trace(this.#index, trace, result.tracedAt[i]!, ended)
    }
    this.#ports.observer.turn(this.#index, result, started)
  }

  #follow(life: number, result: TurnResult, ended: number): void | Promise<void> {
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
        this.#rest(ended)
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
    const { engine, medium, virtual } = this.#ports
    this.#link = medium.open(this.#index, (bytes) => {
      const patience = this.#faults || this.#running ? undefined : virtual?.patience(this.#index, bytes)
      const run: Run = (now) => ({
        started: now,
        result: engine.datagram(this.#index, { now, bytes, patient: patience !== undefined, ...this.#cut() }),
      })
      return this.#turn(life, run, patience)
    })
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
        : scheduler.at(this.#oscillator.worldTime(alarm), () => {
            // The turn that runs may move the alarm: where it does not, it rings after it.
            if (this.#running) return
            return this.#turn(life, (now) => {
              const started = Math.max(now, alarm)
              return { started, result: engine.alarm(this.#index, { now: started, ...this.#cut() }) }
            })
          })
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
  #rest(at = this.#ports.scheduler.now()): void {
    this.#life++
    if (this.#awake) this.#ports.observer.slept?.(this.#index, at)
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
