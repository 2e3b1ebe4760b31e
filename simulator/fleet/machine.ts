/**
 * The life of one simulated board: it wakes as a fresh machine, takes turns while it is awake, sleeps until the time it
 * asked for. A board that hangs or dies is reset, as its watchdog would do; nothing else is affected.
 */
import type { Engine, TurnResult, WakeParameters } from "./engine.ts"
import type { Link, Medium } from "./medium.ts"
import type { Oscillator, Scheduler, Timer } from "./scheduler.ts"
import type { Replay } from "./sensor.ts"
import { parseTrace, type Trace } from "./trace.ts"

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
}

export interface MachineObserver {
  woke(index: number): void
  trace(index: number, trace: Trace): void
  turn(index: number, result: TurnResult): void
  /** The board was reset: it died, or its watchdog ended it. */
  reset(index: number, why: string): void
}

export class Machine {
  readonly #index: number
  readonly #ports: MachinePorts
  readonly #oscillator: Oscillator
  readonly #sensor: Replay
  /** Turns of one machine come one after the other, in the order of their causes. */
  #turns: Promise<void> = Promise.resolve()
  /** Counts wakes: what was meant for an earlier machine never reaches a later one. */
  #life = 0
  #link: Link | undefined
  /** The processor is at work until then: what arrives earlier waits for it. */
  #busyUntil = 0
  #timers: Timer[] = []
  #deaths = 0
  #stopped = false

  constructor(index: number, ports: MachinePorts, oscillator: Oscillator, sensor: Replay) {
    this.#index = index
    this.#ports = ports
    this.#oscillator = oscillator
    this.#sensor = sensor
  }

  powerOn(): Promise<void> {
    return this.#wake("power-on")
  }

  /** No turn begins after this; resolves when the one that runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#rest()
    await this.#turns
  }

  #wake(reason: WakeParameters["reason"]): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    const { engine, medium, observer } = this.#ports
    const life = ++this.#life
    this.#link = medium.open(this.#index, (bytes) =>
      this.#whenIdle(() => this.#turn(life, (now) => engine.datagram(this.#index, { now, bytes }))),
    )
    observer.woke(this.#index)
    const sensor = this.#sensor.current
    return this.#turn(life, (now) => engine.wake(this.#index, { now, reason, ...(sensor && { sensor: [...sensor] }) }))
  }

  #turn(life: number, run: (now: number) => Promise<TurnResult>): Promise<void> {
    const turn = async () => {
      if (this.#stopped || life !== this.#life) return
      const result = await run(this.#oscillator.deviceTime(this.#ports.scheduler.now()))
      this.#report(result)
      this.#busyUntil = this.#oscillator.worldTime(Math.floor(result.now))
      await this.#whenIdle(() => {
        if (!this.#stopped && life === this.#life) this.#follow(life, result)
      })
    }
    const done = this.#turns.then(turn)
    this.#turns = done.catch(() => {}) // who asked for the turn gets the error
    return done
  }

  /** At once in real time; in virtual time a turn takes as long as its instructions, and ends when time has got there. */
  #whenIdle(action: () => void | Promise<void>): void | Promise<void> {
    const { scheduler } = this.#ports
    if (scheduler.now() >= this.#busyUntil) return action()
    scheduler.at(this.#busyUntil, action)
  }

  #report(result: TurnResult): void {
    for (const line of result.traces) {
      const trace = parseTrace(line)
      if (!trace) continue
      if (trace.e === "sample") this.#sensor.advance()
      this.#ports.observer.trace(this.#index, trace)
    }
    this.#ports.observer.turn(this.#index, result)
  }

  #follow(life: number, result: TurnResult): void {
    for (const bytes of result.sends) this.#link?.send(bytes)
    this.#cancelTimers()
    switch (result.state) {
      case "waiting":
        this.#wait(life, result.alarm)
        return
      case "asleep":
        this.#deaths = 0
        this.#rest()
        if (result.until !== undefined && Number.isFinite(result.until))
          this.#after(result.until, () => this.#wake("timer"))
        return
      default:
        this.#reset(result.reason ?? result.state)
    }
  }

  #wait(life: number, alarm: number | undefined): void {
    const { engine, scheduler } = this.#ports
    if (alarm === undefined) {
      const timer = scheduler.at(scheduler.now() + WATCHDOG_US, async () => {
        this.#reset(`watchdog: it waited ${WATCHDOG_US / 1e6} s for nothing`)
        await engine.powerCut(this.#index)
      })
      this.#timers.push(timer)
    } else this.#after(alarm, () => this.#turn(life, (now) => engine.alarm(this.#index, { now })))
  }

  #reset(why: string): void {
    const { observer, scheduler } = this.#ports
    this.#rest()
    observer.reset(this.#index, why)
    const backoff = Math.min(FIRST_BACKOFF_US * 2 ** this.#deaths++, LONGEST_BACKOFF_US)
    this.#timers.push(scheduler.at(scheduler.now() + backoff, () => this.#wake("power-on")))
  }

  #after(deviceTime: number, action: () => Promise<void>): void {
    this.#timers.push(this.#ports.scheduler.at(this.#oscillator.worldTime(deviceTime), action))
  }

  /** The machine is no more: its radio is off, nothing of its time comes through. */
  #rest(): void {
    this.#life++
    this.#cancelTimers()
    this.#link?.close()
    this.#link = undefined
  }

  #cancelTimers(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers = []
  }
}
