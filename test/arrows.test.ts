/** The arrows of the design: who may import whom, and where time and chance may enter (docs/decisions.md, CONTRIBUTING.md). */
import { globSync, readFileSync } from "node:fs"
import { dirname, join, normalize, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))
const files = globSync("{as,src,simulator,bench,bin,test,hw-tests,setup}/**/*.{ts,js}", { cwd: root })
  .map((path) => path.split(sep).join("/"))
  .filter((path) => !path.startsWith("as/assembly/") && !path.includes("/generated/") && !path.includes("node_modules"))
  .sort()
const sources = new Map(files.map((path) => [path, readFileSync(join(root, path), "utf8")]))

/** Tests may reach anywhere; so may their helpers. */
const isTest = (path: string) => /(^|\/)test\//.test(path) || path.endsWith(".test.ts") || path.startsWith("hw-tests/")

/** Whole-line comments and block comments go; strings stay, imports are in them. */
const withoutComments = (source: string) => source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "")

/** What a file imports: paths inside the project, or names of packages. */
function importsOf(path: string): string[] {
  const source = withoutComments(sources.get(path)!)
  const found = [
    ...source.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"'\s,]+)["']|new URL\(["'](\.[^"']+)["'],\s*import\.meta/g),
  ]
  return found.map(([, imported, url]) => {
    const target = (imported ?? url)!
    return target.startsWith(".")
      ? normalize(join(dirname(path), target))
          .split(sep)
          .join("/")
      : target
  })
}

/** Every import of the files under `room` that `allowed` does not allow. */
function violations(room: string, allowed: (target: string, from: string) => boolean): string[] {
  const inside = files.filter((path) => path.startsWith(room) && !isTest(path))
  return inside.flatMap((path) =>
    importsOf(path)
      .filter((target) => !allowed(target, path))
      .map((target) => `${path} imports ${target}`),
  )
}

const isPackage = (target: string) => !/^(as|src|simulator|bench|bin|test|hw-tests|setup|build)\//.test(target)
const under =
  (...rooms: string[]) =>
  (target: string) =>
    rooms.some((room) => target.startsWith(room))

test("the rooms are there", () => {
  for (const room of ["src/protocol/", "src/device/", "src/gateway/", "src/audit/", "simulator/", "as/"])
    expect(files.filter((path) => path.startsWith(room)).length, room).toBeGreaterThan(0)
})

describe("imports", () => {
  test("src/protocol imports nothing but itself: no packages, no Node", () => {
    expect(violations("src/protocol/", under("src/protocol/"))).toEqual([])
  })

  test("src/device imports src/protocol and itself: no packages, no Node; its targets, the Moddable SDK", () => {
    const allowed = under("src/protocol/", "src/device/")
    const sdk = (target: string) => /^(embedded:|(timer|sx127x|mc\/config)$)/.test(target)
    const ofTarget = (from: string) => from.startsWith("src/device/targets/")
    expect(violations("src/device/", (target, from) => allowed(target) || (ofTarget(from) && sdk(target)))).toEqual([])
  })

  test("the device runtime imports none of its targets", () => {
    const inside = (from: string) => from.startsWith("src/device/targets/")
    expect(
      violations("src/device/", (target, from) => inside(from) || !target.startsWith("src/device/targets/")),
    ).toEqual([])
  })

  test("src/gateway does not import src/device, src/audit or the simulator", () => {
    const allowed = under("src/gateway/", "src/protocol/", "src/contracts/", "src/dashboard/", "as/", "build/")
    expect(violations("src/gateway/", (target) => isPackage(target) || allowed(target))).toEqual([])
  })

  test("src/audit imports src/protocol and as, and packages", () => {
    const allowed = under("src/audit/", "src/protocol/", "as/")
    expect(violations("src/audit/", (target) => isPackage(target) || allowed(target))).toEqual([])
  })

  test("as imports nothing of the project but the port it implements and its errors", () => {
    const allowed = under("as/", "src/protocol/")
    expect(violations("as/", (target) => isPackage(target) || allowed(target))).toEqual([])
  })

  test("nothing imports the simulator but itself, bench and bin", () => {
    for (const room of ["src/", "as/", "setup/"])
      expect(violations(room, (target) => !target.startsWith("simulator/"))).toEqual([])
  })

  test("nothing imports tests or benchmarks but they themselves", () => {
    for (const room of ["src/", "as/", "simulator/", "bin/"])
      expect(violations(room, (target) => !isTest(target) && !target.startsWith("bench/"))).toEqual([])
  })
})

describe("time and chance", () => {
  /** The ports through which both enter, each with its reason. Everything else takes them as arguments. (Durations, as
   * `performance.now` measures them, are nobody's business but the meter's.) */
  const ports = new Map([
    ["src/gateway/ports.ts", "the gateway's clock and randomness"],
    ["src/gateway/chain/keys.ts", "makes keys where a data directory has none"],
    ["simulator/fleet/ports.ts", "the live clock of the fleet"],
  ])
  const forbidden = /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bgetRandomValues\b|\brandomBytes\b/

  test("enter through the named port files only", () => {
    const users = files
      .filter((path) => /^(src|simulator|as)\//.test(path) && !isTest(path) && !path.startsWith("as/scripts/"))
      .filter((path) => forbidden.test(withoutComments(sources.get(path)!)))
    expect(users.filter((path) => !ports.has(path))).toEqual([])
  })

  test("every named port file still is one", () => {
    for (const [path, reason] of ports) expect(withoutComments(sources.get(path) ?? ""), reason).toMatch(forbidden)
  })
})

test("this test sees an arrow that points the wrong way", () => {
  sources.set("src/protocol/wrong.ts", 'import { a } from "../gateway/store.ts"\nconst b = await import("node:fs")\n')
  files.push("src/protocol/wrong.ts")
  expect(violations("src/protocol/", under("src/protocol/"))).toEqual([
    "src/protocol/wrong.ts imports src/gateway/store.ts",
    "src/protocol/wrong.ts imports node:fs",
  ])
})
