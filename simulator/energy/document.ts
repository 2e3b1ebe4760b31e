/** The table of all figures in docs/energy.md: `node simulator/energy/document.ts` writes it anew. */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { media } from "../radio/profiles.ts"
import { batteries } from "./batteries.ts"
import { boards } from "./boards.ts"
import { chips } from "./chips.ts"
import { work } from "./cpu.ts"
import { type Figure, figuresOf, type Points } from "./figure.ts"
import { harvesters } from "./harvest.ts"
import { oscillators } from "./oscillators.ts"
import { sx1272 } from "./radios.ts"
import { surroundings } from "./temperature.ts"

export const page = fileURLToPath(new URL("../../docs/energy.md", import.meta.url))

const groups: [string, object][] = [
  ["Work", { work }],
  ["Chips", chips],
  ["Radio of its own", { sx1272 }],
  ["Boards", boards],
  ["Oscillators", oscillators],
  ["Batteries", batteries],
  ["Harvesting", harvesters],
  ["Surroundings", surroundings],
  ["Media", media],
]

const BEGIN = "<!-- written by node simulator/energy/document.ts: from here -->"
const END = "<!-- to here -->"

/** Figures that say "there is no such thing here" are left out. */
const isThere = ({ value, source }: Figure<number | Points>) => value !== 0 || !/does not apply|none/.test(source)

export function figureTables(): string {
  return groups.map(([name, profiles]) => `### ${name}\n\n${table(profiles)}`).join("\n\n")
}

function table(profiles: object): string {
  const rows = Object.entries(profiles).flatMap(([name, profile]) =>
    figuresOf(profile)
      .filter(([, figure]) => isThere(figure))
      .map(([path, { value, unit, source, assumed }]) => {
        const words = assumed ? `**assumed**: ${source}` : source
        return `| ${name} | ${path} | ${text(value)} | ${unit === "1" ? "" : unit} | ${words} |`
      }),
  )
  return ["| profile | figure | value | unit | source |", "|---|---|---|---|---|", ...rows].join("\n")
}

function text(value: number | Points): string {
  if (typeof value === "number") return value.toLocaleString("en", { maximumFractionDigits: 6 })
  return value.map(([x, y]) => `${x}: ${y}`).join(", ")
}

/** The page with its tables as they should be. */
export function withTables(markdown: string): string {
  const begin = markdown.indexOf(BEGIN) + BEGIN.length
  return `${markdown.slice(0, begin)}\n\n${figureTables()}\n\n${markdown.slice(markdown.indexOf(END))}`
}

if (import.meta.main) writeFileSync(page, withTables(readFileSync(page, "utf8")))
