import type { Flash } from "../ports.ts"
import type { Region } from "./log.ts"

const STATE_SECTORS = 4

/** The device's partition: four sectors of state, the rest is the outbox. */
export function flashLayout(flash: Flash): { state: Region; outbox: Region } {
  const sectors = Math.floor(flash.size / flash.sectorSize)
  return {
    state: { offset: 0, sectors: STATE_SECTORS },
    outbox: { offset: STATE_SECTORS * flash.sectorSize, sectors: sectors - STATE_SECTORS },
  }
}
