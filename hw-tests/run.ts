/**
 * `npm run hw-tests [-- --rig rig.json] [--require-rig] [--out DIR]`: the same suites on every board. Without a rig on the
 * simulator and, where its tools are, on the emulated board. JUnit and JSON go to DIR.
 */
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { missingTools } from "../simulator/boards/rv32/toolchain.ts"
import { DormouseError } from "../src/protocol/index.ts"
import { type RigEntry, readRig } from "./rig.ts"

const root = resolve(import.meta.dirname, "..")

interface Outcome {
  entry: RigEntry
  passed: number
  failed: number
  skipped: number
  metrics: { name: string; value: number; unit: string }[]
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rig: { type: "string" },
      "require-rig": { type: "boolean" },
      out: { type: "string", default: "build/hw-tests" },
    },
  })
  if (values["require-rig"] && !values.rig)
    throw new DormouseError("E_USAGE", "--require-rig needs --rig FILE beside it.")
  const entries = values.rig ? readRig(values.rig) : atHand()
  const out = resolve(values.out)
  mkdirSync(out, { recursive: true })
  // One run of vitest a board: boards of a rig work side by side, and a port has one user.
  const outcomes = await Promise.all(entries.map((entry) => run(entry, out)))
  writeFileSync(join(out, "results.json"), `${JSON.stringify(outcomes, undefined, 2)}\n`)
  for (const { entry, passed, failed, skipped, metrics } of outcomes) {
    for (const { name, value, unit } of metrics)
      console.log(
        `${entry.id.padEnd(10)} ${name.padEnd(36)} ${Number(value.toPrecision(4)).toLocaleString("en").padStart(12)} ${unit}`,
      )
    console.log(`${entry.id}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  }
  const lacking = values["require-rig"] ? outcomes.filter(({ skipped }) => skipped > 0) : []
  for (const { entry } of lacking)
    console.error(`E_HW_RIG: ${entry.id} lacks what skipped suites need; --require-rig wants all of them.`)
  return lacking.length > 0 || outcomes.some(({ passed, failed }) => failed > 0 || passed === 0) ? 1 : 0
}

/** What every machine has, and what this one has besides. */
function atHand(): RigEntry[] {
  const missing = missingTools
  const entries: RigEntry[] = [{ id: "sim", transport: "sim" }]
  if (missing.length === 0) return [...entries, { id: "rv32", transport: "qemu" }]
  if (process.env.DORMOUSE_REQUIRE_TOOLS === "1")
    throw new DormouseError("E_HW_RIG", `The emulated board needs ${missing.join(", ")}: install them.`)
  console.log(`Skipped: the emulated board, which needs ${missing.join(", ")}.`)
  return entries
}

function run(entry: RigEntry, out: string): Promise<Outcome> {
  const results = join(out, `${entry.id}.json`)
  const metrics = join(out, `${entry.id}.metrics`)
  rmSync(metrics, { force: true })
  const reporters = ["default", "json", "junit"].map((name) => `--reporter=${name}`)
  const outputs = [`--outputFile.json=${results}`, `--outputFile.junit=${join(out, `${entry.id}.xml`)}`]
  const vitest = join(root, "node_modules/vitest/vitest.mjs")
  const child = spawn(
    process.execPath,
    [vitest, "run", "--config", "hw-tests/vitest.config.ts", ...reporters, ...outputs],
    {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, DORMOUSE_DUT: JSON.stringify(entry), DORMOUSE_HW_METRICS: metrics },
    },
  )
  return new Promise((done) =>
    child.on("close", () => {
      const read = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {}
      const lines = existsSync(metrics) ? readFileSync(metrics, "utf8").trim().split("\n") : []
      done({
        entry,
        passed: read.numPassedTests ?? 0,
        failed: read.numFailedTests ?? 1,
        skipped: read.numPendingTests ?? 0,
        metrics: lines.map((line) => JSON.parse(line)),
      })
    }),
  )
}

try {
  process.exitCode = await main()
} catch (error) {
  const { code = "E_INTERNAL", message } = error as DormouseError
  console.error(`${code}: ${message}`)
  process.exitCode = code === "E_USAGE" || code === "E_HW_RIG" ? 2 : 1
}
