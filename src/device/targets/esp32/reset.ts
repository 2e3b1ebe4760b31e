/** Why the board starts, and what to do after a wake that ended badly. */
import { utf8Decode, utf8Encode } from "../../../protocol/bytes.ts"
import type { WakeReason } from "../../ports.ts"

/** esp_reset_reason_t, in its order (ESP-IDF 6.0, "Miscellaneous System APIs"). */
const REASONS = [
  ...["unknown", "power-on", "reset pin", "software", "panic", "interrupt watchdog", "task watchdog", "watchdog"],
  ...["deep sleep", "brown-out", "sdio", "usb", "jtag", "efuse", "power glitch", "cpu lock-up"],
]
const CAUSES: readonly WakeReason[] = ["power-on", "timer", "pin"]
/** Wakes in a row may end badly before the board rests. */
const PATIENCE = 3
const FIRST_REST = 60_000_000
const LONGEST_REST = 3_600_000_000

export function resetReason(reason: number): string {
  return REASONS[reason] ?? `reason ${reason}`
}

export function wakeReason(cause: number): WakeReason {
  return CAUSES[cause] ?? "power-on"
}

/** Microseconds to sleep before trying again: a board that crashes at every wake must not empty its battery. */
export function restAfter(crashes: number): number {
  return crashes < PATIENCE ? 0 : Math.min(LONGEST_REST, FIRST_REST * 2 ** Math.min(20, crashes - PATIENCE))
}

export type Stage = "boot" | "wake" | "radio"

export interface CrashNatives {
  count(): number
  stage(): Uint8Array
  enter(stage: Uint8Array): void
  forget(): void
}

/** Keeps how far this wake came, and tells how far the last one did. */
export class CrashRecord {
  readonly #natives: CrashNatives
  /** wakes in a row that ended badly */
  readonly crashes: number
  /** where the last wake ended; empty where that was no crash */
  readonly stage: string

  /** Called once a boot. */
  constructor(natives: CrashNatives) {
    this.#natives = natives
    this.crashes = natives.count()
    this.stage = utf8Decode(natives.stage()) ?? ""
    this.enter("boot")
  }

  enter(stage: Stage): void {
    this.#natives.enter(utf8Encode(stage))
  }

  /** What comes now is no crash, but the ones before are not forgotten. */
  rest(): void {
    this.#natives.enter(new Uint8Array(0))
  }

  /** The wake ends as it should. */
  end(): void {
    this.rest()
    this.#natives.forget()
  }
}
