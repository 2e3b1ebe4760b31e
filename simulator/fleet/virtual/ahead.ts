/**
 * Wakes computed ahead of time. What a device does from boot to its first wait follows from its own flash, memory, sensor
 * and clock, all known when it falls asleep; so the next wakes of the fleet run on the engine's workers while virtual time
 * is still before them, and are collected when it gets there. Only a bounded number: a machine that waits holds memory.
 */
import type { Engine, TurnResult, WakeParameters } from "../engine.ts"
import { Heap } from "./heap.ts"

interface Planned {
  device: number
  /** when it will be collected (scheduler's µs) */
  time: number
  order: number
  state: "planned" | "begun" | "dropped"
  parameters(): WakeParameters
  result?: Promise<TurnResult>
}

export class Ahead {
  readonly #engineOf: (device: number) => Engine
  readonly #limit: number
  readonly #waiting = new Heap<Planned>((a, b) => a.time < b.time || (a.time === b.time && a.order < b.order))
  readonly #plans = new Map<number, Planned>()
  #begun = 0
  #order = 0

  constructor(engineOf: (device: number) => Engine, limit: number) {
    this.#engineOf = engineOf
    this.#limit = limit
  }

  /** The device will wake at `time`; `parameters` are asked for when the wake is begun. */
  plan(device: number, time: number, parameters: () => WakeParameters): void {
    const planned: Planned = { device, time, order: this.#order++, state: "planned", parameters }
    this.#plans.set(device, planned)
    this.#waiting.push(planned)
  }

  /** Resolves when nothing that was begun for this device is under way any more. */
  async settle(device: number): Promise<void> {
    await this.#plans.get(device)?.result?.catch(() => {})
  }

  /** The result of the planned wake, whose time has come. */
  collect(device: number): Promise<TurnResult> {
    const planned = this.#plans.get(device)!
    this.#plans.delete(device)
    if (planned.state === "begun") this.#begun--
    planned.state = "dropped"
    return planned.result ?? this.#engineOf(device).wake(device, planned.parameters())
  }

  /** Begins the next wakes. Called where the engine has nothing more urgent to do. */
  fill(): void {
    while (this.#begun < this.#limit) {
      const next = this.#waiting.pop()
      if (!next) return
      if (next.state !== "planned") continue
      next.state = "begun"
      this.#begun++
      next.result = this.#engineOf(next.device).wake(next.device, next.parameters())
      next.result.catch(() => {}) // whoever collects it gets the error
    }
  }
}
