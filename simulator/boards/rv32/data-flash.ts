/**
 * The file of the board's data flash (firmware/data_flash.h): what the device sees as 64 sectors of 4 KiB stands at the
 * beginning of as many erase blocks of 256 KiB.
 */
import { closeSync, openSync, readFileSync, readSync, rmSync, truncateSync, writeSync } from "node:fs"
import type { Settings } from "../../../src/device/slots.ts"
import type { Provisioning } from "../../../src/protocol/provisioning.ts"
import { FLASH_BYTES, provisionFlash, SECTOR_SIZE } from "../../xs/device/provision.ts"
import { BANK_SIZE } from "./image.ts"

const BLOCK_SIZE = 256 << 10

/** Writes `contents` (256 KiB as the device sees them; default: erased flash) to a new file. */
export function writeDataFlash(path: string, contents: Uint8Array = new Uint8Array(FLASH_BYTES).fill(0xff)): void {
  const file = openSync(path, "w")
  for (let sector = 0; sector * SECTOR_SIZE < contents.length; sector++)
    writeSync(file, contents, sector * SECTOR_SIZE, SECTOR_SIZE, sector * BLOCK_SIZE)
  closeSync(file)
  truncateSync(path, BANK_SIZE)
}

/** What the device sees. */
export function readDataFlash(path: string): Uint8Array {
  const contents = new Uint8Array(FLASH_BYTES)
  const file = openSync(path, "r")
  for (let sector = 0; sector * SECTOR_SIZE < contents.length; sector++)
    readSync(file, contents, sector * SECTOR_SIZE, SECTOR_SIZE, sector * BLOCK_SIZE)
  closeSync(file)
  return contents
}

/** A new board, provisioned as by cable. */
export function provisionDataFlash(path: string, provisioning: Provisioning, settings: Settings): void {
  const plain = `${path}.plain`
  rmSync(plain, { force: true })
  provisionFlash(plain, provisioning, settings)
  writeDataFlash(path, readFileSync(plain))
  rmSync(plain)
}
