/** How fast a simulated board's processor is. */
import { assumed, type Figure } from "../../energy/figure.ts"

export interface Processor {
  /** instructions of rv32 for one unit of the engine's meter */
  instructionsPerUnit: Figure
  /** million instructions a second */
  mips: Figure
  /** from the wake-up to the device's program, µs */
  boot: Figure
}

export const esp32c6: Processor = {
  instructionsPerUnit: assumed(100, "instructions", "not measured yet: an interpreter's bytecode instruction"),
  mips: assumed(110, "MIPS", "160 MHz at 0.7 instructions a cycle, code in flash behind a cache"),
  boot: assumed(60_000, "us", "ROM and second-stage boot loader of a small image, without verification"),
}

/** What the engine wants to know of it. */
export function engineClock({ instructionsPerUnit, mips }: Processor) {
  const instructionMicros = 1 / mips.value
  return { clock: "meter", meterMicros: instructionsPerUnit.value * instructionMicros, instructionMicros } as const
}
