/** What one process of the engine runs: a bundle, at a chip's speed. */
import { chips } from "../../energy/chips.ts"
import { instructionMicros, meterMicros } from "../../energy/cpu.ts"
import type { Group } from "../../scenarios/scenario.ts"
import { bundleOf } from "../../xs/bundle.ts"
import { XsWorker } from "../../xs/worker.ts"

export const kindOf = ({ chip, firmware }: Pick<Group, "chip" | "firmware">) => JSON.stringify([chip, firmware])

export function startEngine(kind: string): Promise<XsWorker> {
  const [name, firmware] = JSON.parse(kind) as [Group["chip"], string]
  const chip = chips[name]
  return XsWorker.start({
    bundle: firmware === "current" ? bundleOf() : firmware,
    ...{ clock: "meter", meterMicros: meterMicros(chip), instructionMicros: instructionMicros(chip) },
  })
}
