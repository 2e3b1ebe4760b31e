/** The tables of docs/scenarios.md: `node simulator/scenarios/document.ts` writes them anew. */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { namedScenarios, readScenario } from "./read.ts"
import { faultKinds, groupFields, naiveFields, scenarioFields } from "./scenario.ts"
import type { Fields } from "./schema.ts"

export const page = fileURLToPath(new URL("../../docs/scenarios.md", import.meta.url))

const BEGIN = "<!-- written by node simulator/scenarios/document.ts: from here -->"
const END = "<!-- to here -->"

export function tables(): string {
  const faults = Object.entries(faultKinds).map(([kind, fields]) => `### Fault: ${kind}\n\n${table(fields)}`)
  const scenarios = namedScenarios().map((name) => `| \`${name}\` | ${readScenario(name).about} |`)
  return [
    `## The scenarios that come along\n\n| name | |\n|---|---|\n${scenarios.join("\n")}`,
    `## Fields\n\n### Scenario\n\n${table(scenarioFields)}`,
    `### Each of \`groups\`\n\n${table(groupFields)}`,
    `### \`naive\` of a group\n\n${table(naiveFields)}`,
    ...faults,
  ].join("\n\n")
}

function table(fields: Fields): string {
  const rows = Object.entries(fields).map(([name, { type, about, otherwise }]) => {
    return `| \`${name}\` | ${about} | ${type.words} | ${otherwise?.words ?? "**must be given**"} |`
  })
  return ["| key | | takes | otherwise |", "|---|---|---|---|", ...rows].join("\n")
}

export function withTables(markdown: string): string {
  const begin = markdown.indexOf(BEGIN) + BEGIN.length
  return `${markdown.slice(0, begin)}\n\n${tables()}\n\n${markdown.slice(markdown.indexOf(END))}`
}

if (import.meta.main) writeFileSync(page, withTables(readFileSync(page, "utf8")))
