/** Writes the provisioning record into a flash image, as a cable or Improv would on a board. Runs on Node. */
import { closeSync, existsSync, openSync, readSync, writeSync } from "node:fs"
import { crypto } from "../../../as/index.ts"
import { flashLayout } from "../../../src/device/flash/layout.ts"
import { FlashState, StateKey } from "../../../src/device/flash/state.ts"
import { settingsValue } from "../../../src/device/identity.ts"
import type { Flash } from "../../../src/device/ports.ts"
import type { Settings } from "../../../src/device/slots.ts"
import { type CborValue, encode } from "../../../src/protocol/cbor/index.ts"
import { type Provisioning, provisioningValue } from "../../../src/protocol/provisioning.ts"

export const SECTOR_SIZE = 4096
/** Bytes of flash that a simulated board gives to the device: 4 sectors of state, 60 of outbox. */
export const FLASH_BYTES = 64 * SECTOR_SIZE

/** Creates the image where it is missing; writes only what differs from what is there. */
export function provisionFlash(
  path: string,
  provisioning: Provisioning,
  settings: Settings,
  bytes = FLASH_BYTES,
): void {
  const flash = openImage(path, bytes)
  try {
    const state = FlashState.scan({ flash, crypto }, flashLayout(flash).state)
    const records: [StateKey, CborValue][] = [
      [StateKey.provisioning, provisioningValue(provisioning)],
      [StateKey.settings, settingsValue(settings)],
    ]
    for (const [key, value] of records) {
      const stored = state.get(key)
      if (stored === undefined || !Buffer.from(encode(stored)).equals(encode(value))) state.set(key, value)
    }
  } finally {
    flash.close()
  }
}

function openImage(path: string, size: number): Flash & { close(): void } {
  const fresh = !existsSync(path)
  const file = openSync(path, fresh ? "w+" : "r+")
  if (fresh) writeSync(file, Buffer.alloc(size, 0xff))
  return {
    size,
    sectorSize: SECTOR_SIZE,
    read(offset, length) {
      const out = new Uint8Array(length)
      readSync(file, out, 0, length, offset)
      return out
    },
    write: (offset, data) => void writeSync(file, data, 0, data.length, offset),
    erase: (offset, length) => void writeSync(file, Buffer.alloc(length, 0xff), 0, length, offset),
    close: () => closeSync(file),
  }
}
