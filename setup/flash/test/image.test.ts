/** Flashing against the project's own emulation of the loader: what is written, in which order, and every way it fails. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { flashImage } from "../image.js"
import { readParts } from "../parts.js"
import { RomLoader } from "./rom-loader.js"

/** Bytes that do not compress away, the same each time; an image's head in front. */
function image(length: number, chip: number): Buffer {
  let state = length
  const data = Buffer.from(Array.from({ length }, () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) >> 16))
  data.set([0xe9, 4, 2, 0x20])
  data.writeUInt16LE(chip, 12)
  return data
}

/** A partition table as ESP-IDF makes it of ours. */
function table(csv = "partitions.csv"): Buffer {
  const text = readFileSync(new URL(`../../../src/device/targets/esp32/${csv}`, import.meta.url), "utf8")
  const rows = text.split("\n").filter((line) => line && !line.startsWith("#"))
  const entries = rows.map((row) => {
    const [name, , , offset, size, flags] = row.split(",").map((cell) => cell.trim())
    const entry = Buffer.alloc(32)
    entry.set([0xaa, 0x50])
    entry.writeUInt32LE(Number(offset), 4)
    entry.writeUInt32LE(Number(size), 8)
    entry.write(name!, 12)
    entry.writeUInt32LE(flags === "encrypted" ? 1 : 0, 28)
    return entry
  })
  return Buffer.concat([...entries, Buffer.alloc(64, 0xff)])
}

function build(chip: number, size = 50_001, csv?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "dormouse-flash-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "bootloader.bin"), image(20_000, chip))
  writeFileSync(join(folder, "partition-table.bin"), table(csv))
  writeFileSync(join(folder, "ota_data_initial.bin"), Buffer.alloc(8192, 0xff))
  writeFileSync(join(folder, "xs_esp32.bin"), image(size, chip))
  return folder
}

/** Resets as people read them: `D1R0` for DTR on, RTS off. */
const lines = (board: RomLoader) =>
  board.signals.map(({ dataTerminalReady: d, requestToSend: r }) =>
    [d === undefined ? "" : `D${Number(d)}`, r === undefined ? "" : `R${Number(r)}`].join(""),
  )

describe("an image over the wire", () => {
  test("is written, verified, and started: ESP32-C6 behind a USB bridge", async () => {
    const board = new RomLoader()
    const wanted = readParts(build(13))
    const seen: string[] = []
    const chip = await flashImage({
      port: board,
      image: wanted,
      baud: 460_800,
      progress: (name: string, share: number) => share === 1 && seen.push(name),
    })
    expect(chip).toBe("ESP32-C6")
    expect(wanted.parts.map(({ name, address }) => [name, address])).toEqual([
      ["bootloader.bin", 0],
      ["partition-table.bin", 0x8000],
      ["ota_data_initial.bin", 0xf000],
      ["xs_esp32.bin", 0x20000],
    ])
    for (const { address, data } of wanted.parts) expect(board.read(address, data.length).equals(data)).toBe(true)
    expect(seen).toEqual(wanted.parts.map(({ name }) => name))
    expect(board.bauds).toEqual([115_200, 460_800])
    // Reset with IO0 low, let go; at the end reset with IO0 high.
    expect(lines(board)).toEqual(["D0R1", "D1R0", "D0R0", "D0R1", "D0R0"])
    expect(board.boots).toEqual(["loader", "application"])
    expect(board.mode).toBe("application")
    expect(board.closed).toBe(true)
  })

  test("goes to a chip's own USB by that one's reset", async () => {
    const board = new RomLoader({ usb: true })
    await flashImage({ port: board, image: readParts(build(13, 5000)) })
    expect(board.boots).toEqual(["loader", "application"])
  })

  test("goes to an ESP32, which knows no chip ids and has its boot loader elsewhere", async () => {
    const board = new RomLoader({ magic: 0x00f01d83 })
    const wanted = readParts(build(0, 5000))
    expect(await flashImage({ port: board, image: wanted, board: "esp32" })).toBe("ESP32")
    expect(wanted.parts[0]!.address).toBe(0x1000)
    expect(board.read(0x1000, 20_000).equals(wanted.parts[0]!.data)).toBe(true)
  })

  test("is refused by another chip, before anything is written", async () => {
    const board = new RomLoader({ chipId: 5 })
    await expect(flashImage({ port: board, image: readParts(build(13)) })).rejects.toMatchObject({
      code: "E_FLASH_CHIP",
      message: "The board is an ESP32-C3, the image is for ESP32-C6: nothing was written.",
    })
    expect(board.flash.size).toBe(0)
    expect(board.closed).toBe(true)
  })

  test("is refused where --board says another chip", async () => {
    const port = new RomLoader()
    await expect(flashImage({ port, image: readParts(build(13)), board: "esp32c3" })).rejects.toThrow(
      "--board is for ESP32-C3",
    )
  })

  test("that encrypts its board is written where its table says, on flash that was erased", async () => {
    const board = new RomLoader()
    for (let at = 0x380000; at < 0x380100; at++) board.flash.set(at, 7)
    await flashImage({ port: board, image: readParts(build(13, 5000)) })
    expect(board.read(0x380000, 1)[0]).toBe(7)
    const wanted = readParts(build(13, 5000, "encrypted/partitions.csv"))
    await flashImage({ port: board, image: wanted })
    expect(wanted.parts.map(({ address }) => address)).toEqual([0, 0xd000, 0x14000, 0x20000])
    for (const { address, data } of wanted.parts) expect(board.read(address, data.length).equals(data)).toBe(true)
    expect(board.read(0x380000, 1)[0]).toBe(0xff)
  })

  test.each([
    [{ cryptCount: 1 }, 13, true],
    [{ cryptCount: 0b11 }, 13, false],
    [{ cryptCount: 0b111 }, 13, true],
    [{ magic: 0x00f01d83, cryptCount: 1 }, 0, true],
    [{ magic: 0x00f01d83, cryptCount: 0b11 }, 0, false],
    [{ magic: 0x00f01d83, cryptCount: 0b1111111 }, 0, true],
  ])("is refused by a board whose flash is encrypted: %j, chip %i: %s", async (options, chip, refused) => {
    const board = new RomLoader(options)
    const outcome = flashImage({ port: board, image: readParts(build(chip, 5000)) }).catch(({ code }) => code)
    expect(await outcome).toBe(refused ? "E_FLASH_ENCRYPTED" : chip === 13 ? "ESP32-C6" : "ESP32")
    expect(board.flash.size === 0).toBe(refused)
  })

  test("ends with what to do where the line breaks in the middle", async () => {
    const board = new RomLoader({ breakAfter: 2 })
    await expect(flashImage({ port: board, image: readParts(build(13)) })).rejects.toMatchObject({
      code: "E_FLASH_LINK",
      message: expect.stringMatching(/line broke.*run the command again/),
    })
    expect(board.boots).toEqual(["loader"])
  })

  test("is not started where it does not read back", async () => {
    const board = new RomLoader({ rot: 0x20000 + 40_000 })
    await expect(flashImage({ port: board, image: readParts(build(13)) })).rejects.toMatchObject({
      code: "E_FLASH_VERIFY",
      message: expect.stringMatching(/^xs_esp32\.bin does not read back.*0x20000/),
    })
    expect(board.mode).toBe("stub")
  })
})

describe("what an image is", () => {
  const file = (data: Buffer) => {
    const folder = mkdtempSync(join(tmpdir(), "dormouse-flash-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, "image.bin"), data)
    return join(folder, "image.bin")
  }
  const whole = (chip: number, bootloader: number, tableAt = 0x8000, csv?: string) => {
    const data = Buffer.alloc(0x30000, 0xff)
    data.set(image(100, chip), bootloader)
    data.set(table(csv), tableAt)
    return data
  }

  test("a whole image goes to the beginning, an application to its slot", () => {
    expect(readParts(file(whole(13, 0)))).toMatchObject({ board: "esp32c6", parts: [{ address: 0 }] })
    expect(readParts(file(whole(0, 0x1000)))).toMatchObject({ board: "esp32", parts: [{ address: 0 }] })
    expect(readParts(file(image(100, 9)))).toMatchObject({ board: "esp32s3", parts: [{ address: 0x20000 }] })
  })

  test("whether it makes its board encrypt its flash is in its partition table", () => {
    expect(readParts(file(whole(13, 0))).encrypts).toBe(false)
    expect(readParts(file(whole(13, 0, 0xd000, "encrypted/partitions.csv")))).toMatchObject({
      ...{ board: "esp32c6", encrypts: true, parts: [{ address: 0 }] },
    })
    expect(readParts(build(13)).encrypts).toBe(false)
    expect(readParts(build(13, 100, "encrypted/partitions.csv")).encrypts).toBe(true)
  })

  test.each([
    [() => "/nowhere/at/all.bin", /is not there/],
    [() => file(Buffer.from("hello")), /is no image of an ESP32/],
    [() => file(image(100, 2)), /chip 2/],
    [() => join(build(13), ".."), /holds no xs_esp32\.bin/],
    [() => withoutTable(build(13)), /partition-table\.bin is no table/],
  ])("anything else is refused: %#", (path, message) => {
    expect(() => readParts(path())).toThrow(message)
  })
})

function withoutTable(folder: string): string {
  writeFileSync(join(folder, "partition-table.bin"), Buffer.alloc(192, 0xff))
  return folder
}
