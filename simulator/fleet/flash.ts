/** Flash images: one file a device. What a device adds to its own is its own business. */
import { existsSync, renameSync, rmSync, statSync } from "node:fs"
import type { Settings } from "../../src/device/slots.ts"
import { fromHex } from "../../src/protocol/index.ts"
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
  /** where devices differ */
  settingsOf?(index: number): Settings
  /** what else a board is told of itself */
  boardOf?(index: number): Pick<CreateParameters, "ppm" | "slotted">
  /** absent: the devices' randomness is the system's */
  seed: string | undefined
}

/** Makes the images that are missing, brings the others up to date, and says how to create each device. */
export function prepareFlash(
  dir: DataDir,
  record: ProvisioningRecord,
  { devices, batch, settingsOf, boardOf, seed }: FlashSettings,
): CreateParameters[] {
  const provisioning = {
    gatewayPublicKey: fromHex(record.gatewayPublicKey),
    operator: fromHex(record.operator),
    chainId: record.chainId,
    genesisHash: fromHex(record.genesisHash),
    registry: fromHex(record.registry),
    profile,
  }
  return Array.from({ length: devices }, (_, index) => {
    const flash = dir.flash(index)
    const settings = settingsOf?.(index) ?? { batch, interval: 1 }
    if (existsSync(flash)) provisionFlash(flash, provisioning, settings)
    else {
      // Whole or not at all: half an image would be a broken board for ever.
      rmSync(`${flash}.new`, { force: true })
      provisionFlash(`${flash}.new`, provisioning, settings)
      renameSync(`${flash}.new`, flash)
    }
    const flashBytes = statSync(flash).size
    return {
      flash,
      flashBytes,
      ...boardOf?.(index),
      ...(seed !== undefined && { seed: seededBytes(seed, "device", index) }),
    }
  })
}
