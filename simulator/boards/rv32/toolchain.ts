/** Builds bare-metal programs for the board and measures them. */
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const here = dirname(fileURLToPath(import.meta.url))
export const root = join(here, "..", "..", "..")
const GCC = "riscv64-unknown-elf-gcc"
export const QEMU = "qemu-system-riscv32"
/** The older ISA manual counts csr instructions among the base, as multilib names still do. */
const TARGET = ["-march=rv32imac", "-mabi=ilp32", "-misa-spec=2.2", "--specs=picolibc.specs"]

export function hasTool(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

function hasLibrary(): boolean {
  try {
    execFileSync(GCC, [...TARGET, "-E", "-x", "c", "-"], {
      stdio: ["pipe", "ignore", "ignore"],
      input: "#include <string.h>\n",
    })
    return true
  } catch {
    return false
  }
}

/** What this folder needs and the machine lacks. */
export const missingTools = [
  ...[GCC, QEMU].filter((name) => !hasTool(name)),
  ...(hasLibrary() ? [] : ["picolibc for riscv64-unknown-elf"]),
]

export interface Program {
  /** Paths from the project's root. */
  sources: string[]
  includes?: string[]
  flags?: string[]
}

/** Compiles and links; returns the path of the ELF file. */
export function build(name: string, { sources, includes = [], flags = ["-Os"] }: Program): string {
  const directory = join(root, "build", "rv32")
  mkdirSync(directory, { recursive: true })
  const output = join(directory, `${name}.elf`)
  const board = ["boot.S", "board.c"].map((file) => join(here, file))
  execFileSync(GCC, [
    ...TARGET,
    ...flags,
    ...["-std=c11", "-ffunction-sections", "-fdata-sections", "-nostartfiles", "-Wl,--gc-sections"],
    ...["-T", join(here, "board.ld"), "-I", here, ...includes.flatMap((path) => ["-I", join(root, path)])],
    ...board,
    ...sources.map((path) => join(root, path)),
    ...["-o", output],
  ])
  return output
}

export const cryptoShell: Program = {
  sources: [
    "simulator/boards/rv32/crypto-main.c",
    "as/c/test/shell.c",
    "as/c/dormouse_crypto.c",
    "as/c/comb.c",
    "as/generated/crypto.c",
    "as/generated/comb_table.c",
  ],
  includes: ["as/c", "as/c/test", "as/generated"],
}

export interface Symbol {
  name: string
  address: number
  /** bytes; 0 for what only marks a place */
  size: number
  type: string
}

/** Symbols with their sizes; with `sized` false also those that only mark a place. */
export function symbols(elf: string, sized = true): Symbol[] {
  const text = execFileSync("riscv64-unknown-elf-nm", ["--print-size", ...(sized ? ["--size-sort"] : []), elf], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  })
  return [...text.matchAll(/^([0-9a-f]+) (?:([0-9a-f]+) )?(\w) (\S+)$/gm)].map(([, address, size, type, name]) => ({
    name: name!,
    address: Number.parseInt(address!, 16),
    size: Number.parseInt(size ?? "0", 16),
    type: type!,
  }))
}
