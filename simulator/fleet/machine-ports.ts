/** What a simulated board stands on, what may happen to it, and who is told. */
import type { Disturbance } from "../xs/types.ts"
import type { Engine, TurnResult } from "./engine.ts"
import type { Medium } from "./medium.ts"
import type { Scheduler } from "./scheduler.ts"
import type { Trace } from "./trace.ts"
import type { Ahead } from "./virtual/ahead.ts"

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
  /** Where this answer, as far as one knows, is all that the board still waits for: how long others may go on (µs). */
  patience(index: number, answer: Uint8Array): number | undefined
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
  /** `at`: device time; `ended`: scheduler's µs at which the turn that told it is over */
  trace(index: number, trace: Trace, at: number, ended: number): void
  /** `started`: device time of its first instruction */
  turn(index: number, result: TurnResult, started: number): void
  /** It fell asleep, or its machine ended; `at`: scheduler's µs, perhaps some time ago. */
  slept?(index: number, at: number): void
  /** The board was reset: it died, or its watchdog ended it. */
  reset(index: number, why: string): void
}
