/** What the device costs a microcontroller: RAM, flash and instructions of the rv32 board (docs/boards.md). */

import { missingTools } from "../simulator/boards/rv32/toolchain.ts"
import { boardFigures, type Figures, phases } from "./boards/figures.ts"
import type { Figure } from "./run.ts"

const KIB = 1024
const fixed = { better: "lower", gate: "always" } as const

export async function run(): Promise<Figure[]> {
  if (missingTools.length > 0) {
    console.error(`boards skipped: ${missingTools.join(", ")} not installed`)
    return []
  }
  const figures = await boardFigures()
  return [...memory(figures), ...instructions(figures)]
}

function memory({ image, ram }: Figures): Figure[] {
  const bytes = (name: string, value: number, budget?: number): Figure => ({
    ...{ name: `rv32 ${name}`, value, unit: "bytes", ...fixed },
    ...(budget !== undefined && { budget }),
  })
  const preload = Object.values(image.preload).reduce((sum, part) => sum + part, 0)
  return [
    bytes("RAM in use", ram.static + ram.retained + ram.heap + ram.stack, 192 * KIB),
    bytes("RAM: static data", ram.static),
    bytes("RAM: retained memory", ram.retained),
    bytes("RAM: heap", ram.heap),
    bytes("RAM: stack", ram.stack),
    bytes("flash", image.program + preload, 1024 * KIB),
    bytes("flash: program", image.program),
    bytes("flash: preload", preload),
  ]
}

function instructions({ wake, first }: Figures): Figure[] {
  const count = (name: string, value: number, budget?: number): Figure => ({
    ...{ name: `rv32 ${name}`, value, unit: "instructions", ...fixed },
    ...(budget !== undefined && { budget }),
  })
  return [
    count("wake", wake.total, 40e6),
    ...phases.map((phase) => count(`wake: ${phase}`, wake.phases[phase])),
    count("wake: native cryptography", wake.native),
    count("first boot, with enrolment", first.total),
    // A bytecode instruction, with its share of the collector's and the drivers' work (simulator/energy/cpu.ts).
    count("meter unit", (wake.total - wake.phases.boot - wake.native) / wake.meter),
  ]
}
