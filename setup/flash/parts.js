// What an image is and where it goes: as its own partition table says (Espressif, "Partition Tables").
import { existsSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { BOARDS, FlashError } from "./plan.js"

const SECTOR = 0x1000
/** Where src/device/targets/esp32/partitions.csv and the one in encrypted/ begin: whole images are looked at there. */
const TABLES = [0x8000, 0xd000]
const APPLICATION = 0x20000
/** First byte of a boot loader's or an application's image; its chip id stands at 12, two bytes, little-endian. */
const IMAGE_MAGIC = 0xe9
const CHIP_ID_AT = 12
const TABLE_MAGIC = 0x50aa
const ENTRY = 32
/** ESP32 alone leaves a sector ahead of its boot loader. */
const BOOTLOADER_AT = { 0: 0x1000 }

const chipIdOf = (data, at = 0) =>
  data.length > at + CHIP_ID_AT + 1 && data[at] === IMAGE_MAGIC ? data[at + 12] + 256 * data[at + 13] : undefined

/** Files and their addresses, and the chip that they are for. Throws `E_IMAGE`. */
export function readParts(path) {
  if (!existsSync(path)) throw new FlashError("E_IMAGE", `${path} is not there: give a file, or the folder of a build.`)
  return statSync(path).isDirectory() ? partsOfFolder(path) : partsOfFile(path)
}

/** The partitions of a table by name; undefined where there is no table. */
function partitionsOf(table) {
  const found = {}
  for (let at = 0; at + ENTRY <= table.length && table.readUInt16LE(at) === TABLE_MAGIC; at += ENTRY) {
    const name = table.toString("latin1", at + 12, at + 28).replace(/\0.*/, "")
    found[name] = { offset: table.readUInt32LE(at + 4), encrypted: (table.readUInt32LE(at + 28) & 1) === 1 }
  }
  return Object.keys(found).length > 0 ? found : undefined
}

function partsOfFile(path) {
  const data = readFileSync(path)
  const name = basename(path)
  const table = TABLES.map((at) => partitionsOf(data.subarray(at))).find(Boolean)
  for (const at of [0, BOOTLOADER_AT[0]]) {
    const chip = chipIdOf(data, at)
    if (chip !== undefined && table) return known({ chip, table, parts: [{ name, address: 0, data }] })
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
  const chip = chipIdOf(file("xs_esp32.bin"))
  const table = partitionsOf(file("partition-table.bin"))
  if (!table?.otadata || !table.ota_0)
    throw new FlashError("E_IMAGE", `${folder}/partition-table.bin is no table of this firmware: build it again.`)
  // What a table lists begins in the sector behind it.
  const tableAt = Math.min(...Object.values(table).map(({ offset }) => offset)) - SECTOR
  const parts = [
    { name: "bootloader.bin", address: BOOTLOADER_AT[chip] ?? 0 },
    { name: "partition-table.bin", address: tableAt },
    { name: "ota_data_initial.bin", address: table.otadata.offset },
    { name: "xs_esp32.bin", address: table.ota_0.offset },
  ].map((part) => ({ ...part, data: file(part.name) }))
  return known({ chip, table, parts })
}

/** `encrypts`: at its first start the board encrypts its flash. */
function known({ chip, table, parts }) {
  const board = Object.keys(BOARDS).find((name) => BOARDS[name].id === chip)
  if (!board) throw new FlashError("E_IMAGE", `The image is for chip ${chip}, which this firmware does not know.`)
  return { board, encrypts: table?.dormouse?.encrypted === true, parts }
}
