// What an image is and where it goes: addresses as in src/device/targets/esp32/partitions.csv and ESP-IDF's boot loader.
import { existsSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { BOARDS, FlashError } from "./plan.js"

const PARTITION_TABLE = 0x8000
const OTA_DATA = 0xf000
const APPLICATION = 0x20000
/** First byte of a boot loader's or an application's image; its chip id stands at 12, two bytes, little-endian. */
const IMAGE_MAGIC = 0xe9
const CHIP_ID_AT = 12
const TABLE_MAGIC = [0xaa, 0x50]
/** ESP32 alone leaves a sector ahead of its boot loader. */
const BOOTLOADER_AT = { 0: 0x1000 }

const chipIdOf = (data, at = 0) =>
  data.length > at + CHIP_ID_AT + 1 && data[at] === IMAGE_MAGIC ? data[at + 12] + 256 * data[at + 13] : undefined

/** Files and their addresses, and the chip that they are for. Throws `E_IMAGE`. */
export function readParts(path) {
  if (!existsSync(path)) throw new FlashError("E_IMAGE", `${path} is not there: give a file, or the folder of a build.`)
  return statSync(path).isDirectory() ? partsOfFolder(path) : partsOfFile(path)
}

function partsOfFile(path) {
  const data = readFileSync(path)
  const name = basename(path)
  for (const at of [0, BOOTLOADER_AT[0]]) {
    const whole = TABLE_MAGIC.every((byte, i) => data[PARTITION_TABLE + i] === byte)
    const chip = chipIdOf(data, at)
    if (chip !== undefined && whole) return known({ chip, parts: [{ name, address: 0, data }] })
  }
  const chip = chipIdOf(data)
  if (chip === undefined) throw new FlashError("E_IMAGE", `${path} is no image of an ESP32: it begins with none.`)
  return known({ chip, parts: [{ name, address: APPLICATION, data }] })
}

function partsOfFolder(folder) {
  const file = (name) => {
    const path = join(folder, name)
    if (!existsSync(path))
      throw new FlashError("E_IMAGE", `${folder} holds no ${name}: it is not the folder that a build leaves.`)
    return readFileSync(path)
  }
  const application = file("xs_esp32.bin")
  const chip = chipIdOf(application)
  const parts = [
    { name: "bootloader.bin", address: BOOTLOADER_AT[chip] ?? 0 },
    { name: "partition-table.bin", address: PARTITION_TABLE },
    { name: "ota_data_initial.bin", address: OTA_DATA },
    { name: "xs_esp32.bin", address: APPLICATION },
  ].map((part) => ({ ...part, data: file(part.name) }))
  return known({ chip, parts })
}

function known({ chip, parts }) {
  const board = Object.keys(BOARDS).find((name) => BOARDS[name].id === chip)
  if (!board) throw new FlashError("E_IMAGE", `The image is for chip ${chip}, which this firmware does not know.`)
  return { board, parts }
}
