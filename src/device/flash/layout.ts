import { DormouseError } from "../../protocol/errors.ts"
import type { Flash } from "../ports.ts"
import { LEAST_SECTORS, type Region } from "./log.ts"

/** Half of them may wear out. */
const STATE_SECTORS = 6

/** The device's partition: six sectors of state, the rest is the outbox. Throws `E_FLASH_SIZE` where that is too little. */
export function flashLayout(flash: Flash): { state: Region; outbox: Region } {
  const sectors = Math.floor(flash.size / flash.sectorSize) - STATE_SECTORS
  if (sectors < LEAST_SECTORS)
    throw new DormouseError(
      "E_FLASH_SIZE",
      `Flash of ${flash.size} bytes: at least ${STATE_SECTORS + LEAST_SECTORS} sectors of ${flash.sectorSize} are needed.`,
    )
  return {
    state: { offset: 0, sectors: STATE_SECTORS },
    outbox: { offset: STATE_SECTORS * flash.sectorSize, sectors },
  }
}
