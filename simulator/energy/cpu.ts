/** How long the processor works: the engine's meter, calibrated by instruction counts, at the chip's speed. */
import type { Chip } from "./chips.ts"
import { cited } from "./figure.ts"

export const work = {
  instructionsPerMeterUnit: cited(
    72,
    "instructions",
    "npm run bench -- boards: 71.8 on the rv32 board over a wake, with the collector's and drivers' share",
  ),
  signature: cited(685_000, "instructions", "npm run bench -- crypto: rv32imac, hardened, constant time"),
}

/** Microseconds of one unit of the engine's meter. */
export function meterMicros(chip: Chip): number {
  return work.instructionsPerMeterUnit.value / chip.mips.value
}

/** Microseconds of one instruction of native code, which the meter does not count. */
export function instructionMicros(chip: Chip): number {
  return 1 / chip.mips.value
}

export function signatureMicros(chip: Chip): number {
  return work.signature.value * instructionMicros(chip)
}

/** Microseconds that the flash keeps the program waiting. Records are small: each page of 256 bytes counts in part. */
export function flashMicros(chip: Chip, bytes: number, erases: number): number {
  return (bytes / 256) * chip.flash.page.value * 1000 + erases * chip.flash.erase.value * 1000
}
