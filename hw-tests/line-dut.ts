/** What all devices under test have in common: a line, a console on it, and words that come when they come. */

import type { Duplex } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { ConsoleClient } from "../src/gateway/console/client.ts"
import { systemClock } from "../src/gateway/ports.ts"
import { type CborValue, DormouseError } from "../src/protocol/index.ts"
import type { Capability, Cut, Dut, Heard } from "./dut.ts"

const LOOK_MS = 5
const EXPECT_MS = 15_000
const KEPT = 1000

/** The part that differs from rig to rig. */
export interface Control {
  /** the same for the whole life of the board: what is written while it is off is lost */
  line: Duplex
  /** Leaves the board switched on. */
  flash(): Promise<void>
  reset(kind: "pin" | "power", cut: Cut | undefined): Promise<void>
  close(): Promise<void>
}

export interface Description {
  id: string
  board: string
  capabilities: readonly Capability[]
}

export class LineDut implements Dut {
  readonly id: string
  readonly board: string
  readonly capabilities: ReadonlySet<Capability>
  /** everything said, for a test's log */
  readonly log: string[] = []
  readonly #control: Control
  readonly #console: ConsoleClient
  #heard: Heard[] = []

  constructor({ id, board, capabilities }: Description, control: Control) {
    this.id = id
    this.board = board
    this.capabilities = new Set(capabilities)
    this.#control = control
    this.#console = new ConsoleClient({
      stream: control.line,
      clock: systemClock(),
      onEvent: (event, value) => this.#hear(event, value),
      onText: (text) => {
        for (const line of text.split(/[\r\n]+/)) if (line) this.#hear("text", line)
      },
    })
  }

  get line(): Duplex {
    return this.#control.line
  }

  async flash(): Promise<void> {
    this.#heard = []
    await this.#control.flash()
    await this.expect("console")
  }

  async reset(kind: "pin" | "power" = "power", cut?: Cut): Promise<void> {
    this.#heard = []
    await this.#control.reset(kind, cut)
    await this.expect("console")
  }

  write(bytes: Uint8Array): void {
    this.line.write(bytes)
  }

  async expect(event: string | RegExp, ms = EXPECT_MS): Promise<Heard> {
    const fits = (heard: Heard) =>
      typeof event === "string" ? heard.event === event : heard.event === "text" && event.test(String(heard.value))
    for (const end = performance.now() + ms; ; await sleep(LOOK_MS)) {
      const found = this.#heard.findIndex(fits)
      if (found >= 0) return this.#heard.splice(0, found + 1).at(-1)!
      if (performance.now() > end)
        throw new DormouseError(
          "E_HW_SILENT",
          `${this.id} did not say ${event} within ${ms} ms. Its last words: ${this.log.slice(-5).join(" | ")}`,
        )
    }
  }

  call(command: string, ...args: CborValue[]): Promise<CborValue> {
    return this.#console.call(command, args)
  }

  async close(): Promise<void> {
    this.#console.close()
    await this.#control.close()
  }

  #hear(event: string, value: CborValue): void {
    const at = performance.now()
    this.log.push(`${event} ${typeof value === "string" ? value.trim() : JSON.stringify(value)}`)
    this.#heard.push({ event, value, at })
    if (this.#heard.length > KEPT) this.#heard.shift()
  }
}
