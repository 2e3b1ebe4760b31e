/** Scenario files: read, checked, and explained where they are wrong. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, dirname, extname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { LineCounter, type Node, parseDocument } from "yaml"
import { DormouseError } from "../../src/protocol/index.ts"
import { chips } from "../energy/chips.ts"
import { radioCurrents } from "../energy/radios.ts"
import { media } from "../radio/profiles.ts"
import { type Scenario, scenarioFields } from "./scenario.ts"
import { object } from "./schema.ts"

const folder = fileURLToPath(new URL(".", import.meta.url))

/** Those that come along. */
export function namedScenarios(): string[] {
  return readdirSync(folder)
    .filter((file) => extname(file) === ".yaml")
    .map((file) => basename(file, ".yaml"))
    .sort()
}

/** `name`: one of those that come along, or a path. Throws `E_SCENARIO`. */
export function readScenario(name: string): Scenario {
  const path = namedScenarios().includes(name) ? join(folder, `${name}.yaml`) : name
  return parseScenario(textOf(path), relative(process.cwd(), path) || path)
}

/** `file`: what errors call it. */
export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const [error] = document.errors
  if (error) {
    const [words] = error.message.split(" at line ")
    throw new DormouseError("E_SCENARIO", `${file}, line ${lines.linePos(error.pos[0]).line}: ${words}.`, {
      cause: error,
    })
  }
  const place = { file, document, lines, key: "" }
  const scenario = object(scenarioFields, "a scenario (docs/scenarios.md)").read(
    document.contents as Node | null,
    place,
  )
  check(scenario, file)
  return withBundles(scenario, file)
}

/** Bundles as whole paths: a scenario names them from its own folder. */
function withBundles(scenario: Scenario, file: string): Scenario {
  const pathOf = (firmware: string, key: string) => {
    const path = firmware === "current" ? firmware : resolve(dirname(file), firmware)
    if (path === "current" || existsSync(path)) return path
    throw new DormouseError("E_SCENARIO", `${file}: "${key}" is "${firmware}", but there is no bundle ${path}.`)
  }
  const groups = scenario.groups.map((group, i) => ({
    ...group,
    firmware: pathOf(group.firmware, `groups[${i}].firmware`),
  }))
  const faults = scenario.faults.map((fault, i) =>
    fault.kind === "update" ? { ...fault, firmware: pathOf(fault.firmware, `faults[${i}].firmware`) } : fault,
  )
  return { ...scenario, groups, faults }
}

/** What no single field can tell. */
function check({ groups, faults }: Scenario, file: string): void {
  const fail = (words: string): never => {
    throw new DormouseError("E_SCENARIO", `${file}: ${words}`)
  }
  const names = groups.map(({ name }) => name)
  if (groups.length === 0) fail(`"groups" is empty: a fleet needs one at least.`)
  for (const [i, { name, chip, medium }] of groups.entries()) {
    if (names.indexOf(name) !== i) fail(`"groups[${i}].name" is "${name}", as another group's: give each its own.`)
    try {
      radioCurrents(chips[chip], media[medium].link)
    } catch (error) {
      fail(`"groups[${i}]": chip ${chip} on medium ${medium}: ${(error as Error).message}`)
    }
  }
  for (const [i, fault] of faults.entries()) {
    if ("group" in fault && fault.group !== undefined && !names.includes(fault.group))
      fail(`"faults[${i}].group" is "${fault.group}"; there are: ${names.join(", ")}.`)
    if ("every" in fault && (fault.at === undefined) === (fault.every === undefined))
      fail(`"faults[${i}]" (${fault.kind}) takes either "at" or "every".`)
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    const known = namedScenarios().join(", ")
    throw new DormouseError("E_SCENARIO", `There is no scenario "${path}": give a path, or one of ${known}.`, { cause })
  }
}
