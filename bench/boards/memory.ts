/**
 * Where each KiB of the firmware goes, from the linker's map and what the build made of the bundle. Run it for the tables
 * of docs/boards.md: `node bench/boards/memory.ts` (Node 24).
 */
import { readFileSync } from "node:fs"
import type { Image } from "../../simulator/boards/rv32/image.ts"
import { boardFigures } from "./figures.ts"

interface Share {
  what: string
  bytes: number
}

interface Piece {
  section: string
  address: number
  size: number
  file: string
}

const FLASH = [0x20000000, 0x20100000] as const
const RAM = [0x80400000, 0x80430000] as const
/** As in firmware/machine.c, slots of 16 bytes. */
const MACHINE = { slots: 3584 * 16, chunks: 52 * 1024, stack: 640 * 16 }

/** The first that fits names what a piece is for. */
const groups: [string, RegExp][] = [
  ["XS: regular expressions", /xs\/(xsre|xsRegExp)\.o/],
  ["XS: numbers as text, big integers, dates", /xs\/(xsdtoa|xsBigInt|xsDate)\.o/],
  ["XS: typed arrays, atomics", /xs\/(xsDataView|xsAtomics)\.o/],
  [
    "XS: interpreter, collector, properties",
    /xs\/(xsRun|xsMemory|xsProperty|xsAPI|xsSymbol|xsType|xsCommon|xsAll|xsmc)\.o/,
  ],
  ["XS: other intrinsics", /xs\//],
  ["cryptography: table", /as\/generated\/comb_table\.o/],
  ["cryptography", /firmware\/as\//],
  ["native functions of `host`", /firmware\/(host|native)\//],
  ["board: start, drivers, protection", /firmware\/(here\/|boot\.o|board\.o)/],
  ["C library", /lib(c|m|gcc|g)\.a|picolibc|\.a\(/],
]

function pieces(map: string): Piece[] {
  const found = map.matchAll(/^ (\.[\w.$]+|COMMON)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$/gm)
  return [...found].map(([, section, address, size, file]) => ({
    section: section!,
    address: Number.parseInt(address!, 16),
    size: Number.parseInt(size!, 16),
    file: file!,
  }))
}

function shares(all: Piece[], [from, to]: readonly [number, number]): Share[] {
  const inside = all.filter(({ address }) => address >= from && address < to)
  const sums = new Map<string, number>()
  for (const { file, section, size } of inside) {
    const group = section === ".retained" ? "retained memory" : groups.find(([, pattern]) => pattern.test(file))?.[0]
    sums.set(group ?? "other", (sums.get(group ?? "other") ?? 0) + size)
  }
  return [...sums].map(([what, bytes]) => ({ what, bytes }))
}

/** Bytes of flash by what they are for. */
function flashShares(image: Image): Share[] {
  const all = shares(pieces(readFileSync(image.elf.replace(/elf$/, "map"), "utf8")), FLASH)
  const linked = all.reduce((sum, { bytes }) => sum + bytes, 0)
  const { code, slots, chunks, tables, stack } = image.preload
  return [
    ...all.sort((a, b) => b.bytes - a.bytes),
    { what: "alignment, first contents of data, less strings that were merged", bytes: image.program - linked },
    { what: "preload: objects of the bundle and the intrinsics", bytes: slots + stack },
    { what: "preload: the bundle's bytecode", bytes: code },
    { what: "preload: names and other chunks", bytes: chunks },
    { what: "preload: tables of names", bytes: tables },
  ]
}

/** Bytes of RAM by what they are for. `heap` and `stack`: what a run has used at most. */
function ramShares(image: Image, heap: number, stack: number): Share[] {
  const all = shares(pieces(readFileSync(image.elf.replace(/elf$/, "map"), "utf8")), RAM)
  const { slots, chunks, stack: engineStack } = MACHINE
  const used = all.reduce((sum, { bytes }) => sum + bytes, 0) + heap + stack
  return [
    { what: "XS: slots (objects, properties, closures)", bytes: slots },
    { what: "XS: chunks (strings, buffers, arrays)", bytes: chunks },
    { what: "XS: stack", bytes: engineStack },
    { what: "XS: tables of names and aliases, work memory", bytes: heap - slots - chunks - engineStack },
    ...all.sort((a, b) => b.bytes - a.bytes),
    { what: "C stack, at its deepest", bytes: stack },
    { what: "free", bytes: RAM[1] - RAM[0] - used },
  ]
}

function table(title: string, rows: Share[]): string {
  const total = { what: "in all", bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0) }
  const seen = rows.filter(({ bytes }) => Math.abs(bytes) >= 52) // a twentieth of a KiB
  const lines = [...seen, total].map(({ what, bytes }) => `| ${what} | ${(bytes / 1024).toFixed(1)} |`)
  return [`| ${title} | KiB |`, "|---|---:|", ...lines, ""].join("\n")
}

if (import.meta.main) {
  const { image, ram } = await boardFigures()
  console.log(table("flash", flashShares(image)))
  console.log(table("RAM", ramShares(image, ram.heap, ram.stack)))
}
