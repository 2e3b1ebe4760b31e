/** A fleet in virtual time over air that loses frames: what arrives, and what each delivered sample takes. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { totalOf } from "../../simulator/energy/charge.ts"
import { openDataDir } from "../../simulator/fleet/data-dir.ts"
import { environment } from "../../simulator/fleet/ports.ts"
import { defaultScenario } from "../../simulator/fleet/virtual/default-scenario.ts"
import { runVirtual } from "../../simulator/fleet/virtual/run.ts"
import type { MediumName } from "../../simulator/radio/profiles.ts"

export interface LossResult {
  /** part of the samples that are anchored */
  delivered: number
  duplicates: number
  /** report intervals from a sample to its ack, the longest */
  intervals: number
  /** of a delivered sample: mC of the whole board, ms on the air both ways, datagrams both ways */
  charge: number
  airtime: number
  frames: number
}

const EPOCH_MS = 600_000
const DEVICES = 6
const DAYS = 0.5
const BATCH = 6

export async function fleetWithLoss(medium: MediumName, loss: number): Promise<LossResult> {
  const path = mkdtempSync(join(tmpdir(), "dormouse-links-"))
  const dir = openDataDir(join(path, "data"), true)
  const scenario = defaultScenario({ devices: DEVICES, batch: BATCH, epochMs: EPOCH_MS, days: DAYS, seed: 1 })
  const [group] = scenario.groups
  // Indoors: it is the loss that is to be seen, not the weather.
  scenario.groups = [{ ...group!, medium, loss, surroundings: "indoor", naive: undefined }]
  try {
    const { result, record } = await runVirtual(scenario, {
      ...{ environment, dir, stopAsked: new Promise(() => {}) },
      view: { notice() {}, update() {}, end() {} },
    })
    const [{ samples, up, down, charge, toAck }] = record.groups as [(typeof record.groups)[number]]
    return {
      delivered: samples.anchored / samples.taken,
      duplicates: result.duplicates,
      intervals: toAck.summary()!.max / EPOCH_MS,
      charge: totalOf(charge) / samples.anchored,
      airtime: (up.airtimeUs + down.airtimeUs) / 1000 / samples.anchored,
      frames: (up.frames + down.frames) / samples.anchored,
    }
  } finally {
    dir.release()
    rmSync(path, { recursive: true, force: true })
  }
}
