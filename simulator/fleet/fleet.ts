/** Many boards on the ports they share, and what is known of each. */
import type { Engine, TurnResult } from "./engine.ts"
import { Machine } from "./machine.ts"
import type { VirtualTurns } from "./machine-ports.ts"
import type { Medium } from "./medium.ts"
import { idealOscillator, type Oscillator, type Scheduler } from "./scheduler.ts"
import type { Replay } from "./sensor.ts"
import { applyTrace, applyTurn, applyWake, type DeviceState, newDevice } from "./state.ts"
import type { Trace } from "./trace.ts"

export interface FleetPorts {
  scheduler: Scheduler
  mediumOf(index: number): Medium
  /** The worker that runs device `index`. */
  engineOf(index: number): Engine
  /** Default: no oscillator errs. */
  oscillatorOf?(index: number, powerOn: number): Oscillator
  virtual?: VirtualTurns
}

/** Something that happened to a device, in the order it happened. */
export type FleetEvent = { device: DeviceState } & (
  | { type: "woke" | "enrolled" | "pending" }
  | { type: "slept"; at: number }
  | { type: "turn"; result: TurnResult; started: number }
  | { type: "trace"; trace: Trace; at: number; ended: number }
  | { type: "reset"; why: string }
)

export class Fleet {
  readonly devices: readonly DeviceState[]
  readonly #machines: Machine[] = []
  readonly #sensors: readonly Replay[]
  readonly #ports: FleetPorts
  readonly #onEvent: (event: FleetEvent) => void

  /** One device for each sensor. */
  constructor(ports: FleetPorts, sensors: readonly Replay[], onEvent: (event: FleetEvent) => void = () => {}) {
    this.#ports = ports
    this.#sensors = sensors
    this.#onEvent = onEvent
    this.devices = sensors.map((_, index) => newDevice(index))
  }

  /** Switches the boards on, evenly spread over `spread` microseconds from now. */
  powerOn(spread: number): void {
    const { scheduler } = this.#ports
    const start = scheduler.now()
    this.#sensors.forEach((sensor, index) => {
      const at = Math.ceil(start + (spread * index) / this.#sensors.length)
      const machine = this.#machine(index, at, sensor)
      this.#machines.push(machine)
      scheduler.at(at, () => machine.powerOn())
    })
  }

  /** Resolves when nothing of this device is under way on the engine. */
  async settle(index: number): Promise<void> {
    await this.#machines[index]?.settle()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#machines.map((machine) => machine.stop()))
  }

  #machine(index: number, powerOn: number, sensor: Replay): Machine {
    const { scheduler, mediumOf, engineOf, oscillatorOf, virtual } = this.#ports
    const device = this.devices[index]!
    const emit = (event: FleetEvent) => {
      device.changedAt = scheduler.now()
      this.#onEvent(event)
    }
    const observer = {
      woke: () => {
        applyWake(device)
        emit({ type: "woke", device })
      },
      trace: (_: number, trace: Trace, at: number, ended: number) => {
        const { enrolled, pending } = device
        applyTrace(device, trace)
        emit({ type: "trace", device, trace, at, ended })
        if (device.enrolled && !enrolled) emit({ type: "enrolled", device })
        if (device.pending && !pending) emit({ type: "pending", device })
      },
      turn: (_: number, result: TurnResult, started: number) => {
        applyTurn(device, result)
        device.exhausted = sensor.exhausted
        emit({ type: "turn", device, result, started })
      },
      slept: (_: number, at: number) => emit({ type: "slept", device, at }),
      reset: (_: number, why: string) => {
        device.resets++
        device.activity = { kind: "reset", why }
        emit({ type: "reset", device, why })
      },
    }
    const ports = {
      ...{ scheduler, medium: mediumOf(index), observer, ...(virtual && { virtual }) },
      // Other firmware is another engine.
      get engine() {
        return engineOf(index)
      },
    }
    return new Machine(index, ports, oscillatorOf?.(index, powerOn) ?? idealOscillator(powerOn), sensor)
  }
}
