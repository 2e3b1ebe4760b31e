#!/usr/bin/env node
// Entry of every npm script. Plain JavaScript that Node 20 understands: it installs what is missing, finds
// Node 24, builds what is stale, and only then hands over to TypeScript under Node 24.
import { spawn } from "node:child_process"
import { fail, installDependencies, node24, root } from "./node.js"

const tasks = {
  build: ["setup/build.js"],
  sim: ["bin/dormouse.js", "sim"],
  dormouse: ["bin/dormouse.js"],
  check: ["setup/check.js", "--quick"],
  test: ["setup/check.js"],
  bench: ["bench/run.ts"],
}

const [task = "build", ...args] = process.argv.slice(2)
if (!(task in tasks)) fail(`Unknown task "${task}". Known: ${Object.keys(tasks).join(", ")}.`)

installDependencies()
const node = node24()

/** Runs Node 24 on a script; resolves to its exit code. Signals go to the child, which ends first. */
function run(script, scriptArgs) {
  const child = spawn(node, [...script, ...scriptArgs], { cwd: root, stdio: "inherit" })
  const forward = (signal) => child.kill(signal)
  process.on("SIGTERM", forward)
  process.on("SIGINT", () => {}) // the terminal sends it to the child as well
  return new Promise((resolve) => child.on("exit", (code, signal) => resolve(signal ? 1 : (code ?? 1))))
}

const built = task === "build" ? 0 : await run(tasks.build, ["--quiet"])
process.exit(built || (await run(tasks[task], args)))
