/**
 * The firmware image of a bundle: the board's program, and behind it the preload (firmware/preload.h) that the program
 * itself makes of the bundle, run twice in a workshop with RAM to spare.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { basename, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { DormouseError } from "../../../src/protocol/errors.ts"
import { QEMU, root, symbols } from "./toolchain.ts"

const OUT = join(root, "build", "rv32")
const PROGRAM = join(OUT, "firmware", "firmware.elf")
/** As in firmware/memory_map.h and firmware.ld. */
const FLASH_BASE = 0x20000000
export const FLASH_SIZE = 1 << 20
export const BANK_SIZE = 32 << 20
const WORKSHOP_BASE = 0x80800000
const MAGIC = 0x31504d44
const PLACES = [0x82000000, 0x83000000] as const
const DISTANCE = PLACES[1] - PLACES[0]
const KINDS = ["tables", "slots", "chunks", "stack", "code"] as const

const STACK = KINDS.indexOf("stack")
const STACK_PLACE = 1 << 20

export interface Image {
  /** path of the flash bank's file */
  bank: string
  /** path of the program's ELF file */
  elf: string
  /** bytes of flash: the program (with the first contents of its data), and each part of the preload */
  program: number
  preload: Record<(typeof KINDS)[number], number>
}

/** Builds what is not built yet; `name` is that of the files, `entry` a bundle's TypeScript from the project's root. */
export async function buildImage(name = "device", entry = "simulator/xs/device/main-serial.ts"): Promise<Image> {
  const bundle = await bundleOf(entry)
  const unlock = lock()
  try {
    makeProgram()
    return imageOf(name, bundle)
  } finally {
    unlock()
  }
}

/** Tests in several processes want the same files: one builds, the others wait. The lock goes with its process. */
function lock(): () => void {
  mkdirSync(OUT, { recursive: true })
  const file = new DatabaseSync(join(OUT, "build.lock"))
  file.exec("PRAGMA busy_timeout = 600000; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE")
  return () => file.close()
}

function makeProgram(): void {
  const make = ["-s", "-f", "simulator/boards/rv32/firmware/Makefile", `-j${availableParallelism()}`]
  const { status, stderr } = spawnSync("make", make, { cwd: root, encoding: "utf8" })
  if (status !== 0) throw new DormouseError("E_IMAGE_BUILD", `The board's program does not build:\n${stderr}`)
}

function imageOf(name: string, bundle: Uint8Array): Image {
  const stamp = createHash("sha256").update(readFileSync(PROGRAM)).update(bundle).digest("hex")
  const record = join(OUT, `${name}.json`)
  const bank = join(OUT, `${name}.flash`)
  if (existsSync(record)) {
    const { stamp: old, sizes } = JSON.parse(readFileSync(record, "utf8"))
    if (old === stamp) return { bank, elf: PROGRAM, ...sizes }
  }
  const program = programBytes()
  const end = symbols(PROGRAM, false).find(({ name }) => name === "__preload")!
  const { bytes, preload } = preloadOf(name, program, bundle, end.address)
  const size = end.address - FLASH_BASE
  if (size + bytes.length > FLASH_SIZE)
    throw new DormouseError("E_IMAGE_SIZE", `The image of ${name} takes ${size + bytes.length} bytes of ${FLASH_SIZE}.`)
  const sizes = { program: size, preload }
  writeBank(bank, Buffer.concat([program.subarray(0, size), bytes]))
  writeFileSync(record, JSON.stringify({ stamp, sizes }))
  return { bank, elf: PROGRAM, ...sizes }
}

async function bundleOf(entry: string): Promise<Uint8Array> {
  const { build } = await import("esbuild")
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    write: false,
    bundle: true,
    format: "iife",
    target: "es2022",
    platform: "neutral",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
  })
  return outputFiles[0]!.contents
}

function programBytes(): Buffer {
  const file = join(OUT, "firmware", "firmware.bin")
  execFileSync("riscv64-unknown-elf-objcopy", ["-O", "binary", "--gap-fill", "0xff", PROGRAM, file])
  return readFileSync(file)
}

/** A flash bank's file has the bank's size; what is not written stays a hole. */
function writeBank(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.new`, bytes)
  truncateSync(`${path}.new`, BANK_SIZE)
  renameSync(`${path}.new`, path)
}

interface Part {
  start: number
  bytes: Buffer
}

function preloadOf(name: string, program: Buffer, bundle: Uint8Array, address: number) {
  const bank = join(OUT, `${name}.workshop`)
  writeBank(bank, program)
  const [one, two] = PLACES.map((place) => workshop(bank, bundle, place)) as [Part[], Part[]]
  const to: number[] = []
  let end = address
  for (const { bytes } of one) {
    to.push(end)
    end += Math.ceil(bytes.length / 16) * 16
  }
  const out = Buffer.alloc(end - address)
  one.forEach(({ bytes }, part) => {
    for (let i = 0; i < bytes.length; i += 4) {
      const first = bytes.readUInt32LE(i)
      const second = two[part]!.bytes.readUInt32LE(i)
      let word = first
      if (second - first === DISTANCE) {
        const target = one.findIndex(({ start, bytes }) => first >= start && first <= start + bytes.length)
        // A slot whose kind uses half of its value may hold, in the other, what once stood on the stack.
        if (target >= 0) word = to[target]! + first - one[target]!.start
        else if (first >= one[STACK]!.start - STACK_PLACE && first < one[STACK]!.start) word = 0
        else throw contradiction(part, i, first)
      } else if (first !== second) throw contradiction(part, i, first)
      out.writeUInt32LE(word, to[part]! - address + i)
    }
  })
  const preload = Object.fromEntries(KINDS.map((kind, i) => [kind, one[i]!.bytes.length])) as Image["preload"]
  return { bytes: out, preload }
}

function contradiction(part: number, offset: number, word: number): DormouseError {
  const where = `${KINDS[part]} at ${offset}: 0x${word.toString(16)}`
  return new DormouseError(
    "E_PRELOAD",
    `The template cannot be moved to flash: a pointer to elsewhere in its ${where}.`,
  )
}

/** Runs the program with this work order; returns the parts of the template that it made. */
function workshop(bank: string, bundle: Uint8Array, place: number): Part[] {
  const order = Buffer.alloc(12)
  order.writeUInt32LE(MAGIC, 0)
  order.writeUInt32LE(bundle.length, 4)
  order.writeUInt32LE(place, 8)
  const orderFile = `${bank}.order`
  const outFile = `${bank}.out`
  writeFileSync(orderFile, Buffer.concat([order, bundle]))
  const { status, stderr } = spawnSync(
    QEMU,
    [
      ...["-machine", "virt", "-cpu", "rv32", "-m", "128M", "-bios", "none", "-display", "none", "-monitor", "none"],
      ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${bank}`],
      ...["-device", `loader,file=${orderFile},addr=${WORKSHOP_BASE},force-raw=on`],
      ...["-serial", `file:${outFile}`],
    ],
    { encoding: "utf8", timeout: 60_000 },
  )
  const out = readFileSync(outFile)
  if (status !== 0 || out.length < 4 + 8 * KINDS.length || out.readUInt32LE(0) !== MAGIC)
    throw new DormouseError("E_PRELOAD", `No preload of ${basename(bank)}: ${out.toString("utf8", 0, 300)} ${stderr}`)
  let offset = 4 + 8 * KINDS.length
  return KINDS.map((_, i) => {
    const start = out.readUInt32LE(4 + 8 * i)
    const length = out.readUInt32LE(8 + 8 * i)
    const bytes = Buffer.alloc(Math.ceil(length / 4) * 4)
    out.copy(bytes, 0, offset, offset + length)
    offset += length
    return { start, bytes }
  })
}
