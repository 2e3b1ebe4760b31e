/** A device under test, whatever it is made of. Suites know nothing else of it. */
import type { Duplex } from "node:stream"
import type { CborValue } from "../src/protocol/index.ts"

/**
 * What a test may need of a board and its rig. - `power`: its supply can be cut. - `cut`: at a chosen flash operation.
 * - `reset`: its reset pin is wired. - `sleep`: deep sleep with a timer. - `watchdog`. - `memory`: the engine tells its heap.
 * - `sensor`: something is there to measure.
 */
export const capabilities = ["power", "cut", "reset", "sleep", "watchdog", "memory", "sensor"] as const
export type Capability = (typeof capabilities)[number]

/** Power fails at this write or erase of flash, counted from power-on, with so much of it done. */
export interface Cut {
  operation: number
  /** 0 to 1 */
  tear: number
}

/** What a board says unasked: its console's events, and text between frames. */
export interface Heard {
  event: string
  value: CborValue
  /** ms, of the harness */
  at: number
}

export interface Dut {
  readonly id: string
  /** "sim", "rv32", "esp32c6" */
  readonly board: string
  readonly capabilities: ReadonlySet<Capability>
  /** everything the board has said */
  readonly log: readonly string[]
  /** Test firmware on a board that knows nothing, started. Resolves when its console is open, as do all that follow. */
  flash(): Promise<void>
  /** `pin`: reset, memory keeps its power. `power`: off and on, with `cut` armed. */
  reset(kind?: "pin" | "power", cut?: Cut): Promise<void>
  write(bytes: Uint8Array): void
  /** The next word of the board that matches, or the one that has come since the last call. Throws `E_HW_SILENT`. */
  expect(event: string | RegExp, ms?: number): Promise<Heard>
  /** Asks the console. */
  call(command: string, ...args: CborValue[]): Promise<CborValue>
  /** The line itself, for a gateway; the console's frames are on it too. */
  readonly line: Duplex
  close(): Promise<void>
}
