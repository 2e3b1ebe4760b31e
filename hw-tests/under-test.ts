/** What suites are written with: the device of this run, and figures that come of it. */
import { appendFileSync } from "node:fs"
import { afterAll, beforeAll, describe } from "vitest"
import type { Capability, Dut } from "./dut.ts"
import { capabilitiesOf, openDut } from "./duts/open.ts"
import { asEntry } from "./rig.ts"

/** One entry of a rig, as `run.ts` hands it on; by itself a suite runs on the simulator. */
const entry = asEntry(JSON.parse(process.env.DORMOUSE_DUT ?? '{"id":"sim","transport":"sim"}'))
const START_MS = 180_000

/** A suite that is skipped, and says why, where the rig lacks what it needs. */
export function suite(name: string, needs: readonly Capability[], body: (dut: () => Dut) => void): void {
  const missing = needs.filter((need) => !capabilitiesOf(entry).includes(need))
  const why = missing.length ? ` (this rig has no ${missing.join(", no ")})` : ""
  describe.skipIf(missing.length > 0)(`${entry.id}: ${name}${why}`, () => {
    let dut: Dut
    beforeAll(async () => {
      dut = await openDut(entry)
      await dut.flash()
    }, START_MS)
    afterAll(() => dut?.close())
    body(() => dut)
  })
}

/** A figure of this run, with its unit; it is printed at the end and stands in the JSON. */
export function metric(name: string, value: number, unit: string): void {
  const file = process.env.DORMOUSE_HW_METRICS
  if (file) appendFileSync(file, `${JSON.stringify({ dut: entry.id, name, value, unit })}\n`)
}
