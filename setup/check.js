// The project's checks: style, types, and (unless --quick) every test. Runs under Node 24.
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./node.js"

const [, , ...args] = process.argv
const bin = (path) => join(root, "node_modules", path)
const results = join(root, "build/test-results.json")

/** Runs a tool from node_modules under this Node; ends the process where it fails. */
function run(name, script, scriptArgs, onFailure = () => {}) {
  console.log(`== ${name}`)
  const { status } = spawnSync(process.execPath, [bin(script), ...scriptArgs], { cwd: root, stdio: "inherit" })
  if (status === 0) return
  onFailure()
  process.exit(status ?? 1)
}

/** One plain line, for whoever reads only the end. */
function count() {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, "utf8"))
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
}

mkdirSync(join(root, "build"), { recursive: true })
run("style", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."])
run("types", "typescript/bin/tsc", ["--noEmit"])
if (!args.includes("--quick")) {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`]
  run("tests", "vitest/vitest.mjs", ["run", ...reporters, ...args], count)
  count()
}
