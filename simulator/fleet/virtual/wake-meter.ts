/** What a device does from falling asleep to falling asleep, as times in each state: from its turns, traces and frames. */
import type { WakeTimes } from "../../energy/wake-times.ts"
import { noTimes } from "../../energy/wake-times.ts"
import type { TurnResult } from "../engine.ts"
import type { FrameEvent } from "../medium.ts"
import type { Trace } from "../trace.ts"

export interface WakeMeterOptions {
  /** from the wake-up to the device's program, µs */
  boot: number
  /** radio on before anything can be sent, µs */
  associate: number
  /** one signature, µs */
  signature: number
}

export class WakeMeter {
  readonly #options: WakeMeterOptions
  #times: WakeTimes = { ...noTimes }
  #asleepAt: number
  #radioOn = false
  #radioUsed = false
  /** in the turn that is being reported */
  #changes: { on: boolean; at: number }[] = []
  samples = 0

  /** `now`: scheduler's µs at power-on */
  constructor(options: WakeMeterOptions, now: number) {
    this.#options = options
    this.#asleepAt = now
  }

  wake(now: number): void {
    this.#times = { ...noTimes, sleep: now - this.#asleepAt, boot: this.#options.boot }
    this.#radioOn = this.#radioUsed = false
    this.#changes = []
    this.samples = 0
  }

  trace(trace: Trace, at: number): void {
    if (trace.e === "sample") this.samples++
    else if (trace.e === "slot") this.#times.guard += trace.waited
    else if (trace.e === "radio") this.#changes.push({ on: trace.on, at })
  }

  /** The turn whose traces came before. With the radio off the processor's time is its own; with it on, the radio's. */
  turn(result: TurnResult, started: number): void {
    const times = this.#times
    const signatures = this.#radioOn ? 0 : result.signNs.length
    let from = started
    for (const { on, at } of [...this.#changes, { on: undefined, at: result.now }]) {
      if (!this.#radioOn) times.cpu += at - from
      from = at
      this.#radioOn = on ?? this.#radioOn
      if (on) this.#radioUsed = true
    }
    this.#changes = []
    times.sign += Math.min(signatures * this.#options.signature, times.cpu - times.sign)
    times.flashBytes += result.flashBytes
    times.flashErases += result.flashErases
  }

  frame({ direction, airtimeUs }: FrameEvent): void {
    this.#times[direction === "up" ? "transmit" : "receive"] += airtimeUs
  }

  /** All of the wake, which ends now. */
  sleep(now: number): WakeTimes {
    const times = this.#times
    const { associate, boot } = this.#options
    const radio = Math.max(0, now - this.#asleepAt - times.sleep - boot - times.cpu)
    this.#asleepAt = now
    if (this.#radioUsed) times.associate = associate
    times.listen = Math.max(0, radio - times.transmit - times.receive)
    times.guard = Math.min(times.guard, times.listen)
    return times
  }
}
