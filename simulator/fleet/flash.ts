/** Flash images: one file a device, made once; what is in it is the device's own business. */
import { existsSync, renameSync, rmSync, statSync } from "node:fs"
import { provisionFlash } from "../xs/device/provision.ts"
import type { CreateParameters } from "../xs/worker.ts"
import type { DataDir } from "./data-dir.ts"
import type { ProvisioningRecord } from "./gateway-api.ts"
import { seededBytes } from "./seed.ts"
import { profile } from "./sensor.ts"

export interface FlashSettings {
  devices: number
  /** samples a report */
  batch: number
  /** absent: the devices' randomness is the system's */
  seed: string | undefined
}

/** Makes the images that are missing, and says how to create each device. */
export async function prepareFlash(
  dir: DataDir,
  record: ProvisioningRecord,
  { devices, batch, seed }: FlashSettings,
): Promise<CreateParameters[]> {
  const boards: CreateParameters[] = []
  for (let index = 0; index < devices; index++) {
    const flash = dir.flash(index)
    if (!existsSync(flash)) {
      // Whole or not at all: half an image would be a broken board for ever.
      rmSync(`${flash}.new`, { force: true })
      await provisionFlash(`${flash}.new`, record, { batch, interval: 1, profile })
      renameSync(`${flash}.new`, flash)
    }
    const flashBytes = statSync(flash).size
    boards.push({ flash, flashBytes, ...(seed !== undefined && { seed: seededBytes(seed, "device", index) }) })
  }
  return boards
}
