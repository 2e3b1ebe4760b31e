import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { DormouseError } from "../../../src/protocol/index.ts"
import { page, withTables } from "../document.ts"
import { namedScenarios, parseScenario, readScenario } from "../read.ts"
import { endOf, faultKinds } from "../scenario.ts"

const least = `name: x
days: 1
groups:
  - name: a
    count: 1
`
const fails = (text: string) => {
  try {
    parseScenario(text, "x.yaml")
  } catch (error) {
    expect(error).toBeInstanceOf(DormouseError)
    expect((error as DormouseError).code).toBe("E_SCENARIO")
    return (error as Error).message
  }
  throw new Error("nothing was wrong")
}

describe("the scenarios that come along", () => {
  it.each(namedScenarios())("%s is what the schema allows", (name) => {
    const scenario = readScenario(name)
    expect(scenario.name).toBe(name)
    expect(scenario.about).not.toBe("")
    for (const fault of scenario.faults) if (fault.at !== undefined) expect(fault.at).toBeLessThan(endOf(scenario))
  })

  it("the harsh one has every kind of fault", () => {
    const kinds = new Set<string>(readScenario("harsh").faults.map(({ kind }) => kind))
    expect(Object.keys(faultKinds).filter((kind) => !kinds.has(kind))).toEqual([])
  })
})

describe("a scenario", () => {
  it("has defaults for all but name, days and groups", () => {
    const { groups, ...rest } = parseScenario(least, "x.yaml")
    expect(rest).toMatchObject({ name: "x", seed: 1, days: 1, epoch: 600_000_000, restarts: [], faults: [] })
    expect(groups).toMatchObject([{ name: "a", count: 1, chip: "esp32c6", medium: "wifi", loss: 0, naive: undefined }])
  })

  it("takes names that look like numbers, durations in several units, and dates", () => {
    const { groups, faults, start } = parseScenario(
      `${least}    medium: 802154\n    battery: 18650\nstart: 2026-03-01\nfaults:\n  - { kind: outage, at: 1d 12h, for: 90s }\n`,
      "x.yaml",
    )
    expect(groups[0]).toMatchObject({ medium: "802154", battery: "18650" })
    expect(faults).toMatchObject([{ kind: "outage", at: 129_600_000_000, for: 90_000_000, share: 1 }])
    expect(start).toBe(Date.UTC(2026, 2, 1))
  })

  it.each([
    [
      "a value that is not allowed",
      `${least}    chip: esp32c9\n`,
      /x\.yaml, line 6: "groups\[0\]\.chip" is "esp32c9"; it takes one of: esp32, /,
    ],
    [
      "a key that is not known",
      `${least}    chips: esp32\n`,
      /line 6: "groups\[0\]\.chips" is not known; allowed here: name, count, chip/,
    ],
    ["a key that is missing", "name: x\ndays: 1\n", /"groups" is missing; it takes a list of groups/],
    [
      "a number out of range",
      least.replace("days: 1", "days: -1"),
      /line 2: "days" is "-1"; it takes a number from 0\.01 to 3,660/,
    ],
    [
      "a number that is none",
      least.replace("count: 1", "count: many"),
      /line 5: "groups\[0\]\.count" is "many"; it takes a whole/,
    ],
    [
      "a duration without a unit",
      `${least}epoch: 600\n`,
      /line 6: "epoch" is "600"; it takes a duration .*units: ms, s, m, h, d/,
    ],
    [
      "an object where a list must be",
      least.replace("  - name: a\n    count: 1", "  name: a"),
      /"groups" is a list or an object; it takes a list/,
    ],
    [
      "an unknown fault",
      `${least}faults:\n  - { kind: flood, at: 1h }\n`,
      /line 7: "faults\[0\]\.kind" is "flood"; it takes one of: power-cut, /,
    ],
    [
      "a fault without its parameter",
      `${least}faults:\n  - { kind: outage, at: 1h }\n`,
      /"faults\[0\]\.for" is missing/,
    ],
    [
      "a fault with neither time",
      `${least}faults:\n  - { kind: reset }\n`,
      /"faults\[0\]" \(reset\) takes either "at" or "every"/,
    ],
    [
      "a group that is not there",
      `${least}faults:\n  - { kind: reset, at: 1h, group: b }\n`,
      /"faults\[0\]\.group" is "b"; there are: a/,
    ],
    ["two groups of one name", `${least}  - name: a\n    count: 2\n`, /"groups\[1\]\.name" is "a", as another group's/],
    [
      "a chip without the link's radio",
      `${least}    chip: esp32\n    medium: 802154\n`,
      /chip esp32 on medium 802154: .*esp32c6/,
    ],
    ["a key that comes twice", `${least}days: 2\n`, /line 6: Map keys must be unique/],
    ["no YAML at all", "name: [x\n", /x\.yaml, line 2: /],
    ["nothing", "", /the file is nothing|the file is "null"/],
  ])("names what is wrong: %s", (_, text, message) => {
    expect(fails(text)).toMatch(message)
  })

  it("names bundles from its own folder", () => {
    const { groups, faults } = parseScenario(
      `${least}    firmware: read.ts\nfaults:\n  - { kind: update, at: 1h, firmware: ../scenarios/schema.ts }\n`,
      "simulator/scenarios/x.yaml",
    )
    expect(groups[0]!.firmware).toBe(resolve("simulator/scenarios/read.ts"))
    expect(faults[0]).toMatchObject({ firmware: resolve("simulator/scenarios/schema.ts") })
    expect(fails(`${least}    firmware: none.js\n`)).toMatch(/"groups\[0\].firmware" is "none.js".*no bundle/)
  })

  it("of an unknown name lists those that there are", () => {
    expect(() => readScenario("nowhere")).toThrow(/no scenario "nowhere": give a path, or one of coin-cell, harsh/)
  })

  it("is refused or read, whatever the text: never another error", () => {
    const lines = readFileSync(new URL("../harsh.yaml", import.meta.url), "utf8").split("\n")
    const broken = fc.array(
      fc.tuple(fc.nat(lines.length - 1), fc.nat(40), fc.constantFrom(...":-[]{}\"'#&*!|>%@ 9a\t")),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    fc.assert(
      fc.property(broken, (edits) => {
        const text = [...lines]
        for (const [line, column, character] of edits)
          text[line] = `${text[line]!.slice(0, column)}${character}${text[line]!.slice(column + 1)}`
        try {
          parseScenario(text.join("\n"), "x.yaml")
        } catch (error) {
          if (!(error instanceof DormouseError)) throw error
        }
      }),
      { numRuns: 300 },
    )
  })
})

it("docs/scenarios.md says what the schema says", () => {
  const markdown = readFileSync(page, "utf8")
  expect(withTables(markdown), "run node simulator/scenarios/document.ts").toBe(markdown)
  expect(markdown).toContain("| `count` | devices | a whole number from 1 to 100,000 | **must be given** |")
})
