#!/usr/bin/env node
// Entry of every npm script. Plain JavaScript that Node 20 understands: it installs what is missing, finds
// Node 24, builds what is stale, and only then hands over to TypeScript under Node 24.
import { join } from "node:path"
import { fail, handOver, installDependencies, node24, root } from "./node.js"
import { buildXs } from "./xs.js"

const tasks = {
  build: ["setup/build.js"],
  sim: ["bin/dormouse.js", "sim"],
  dormouse: ["bin/dormouse.js"],
  check: ["setup/check.js", "--quick"],
  test: ["setup/check.js"],
  bench: ["bench/run.ts"],
  flash: ["setup/flash.js"],
  "hw-tests": ["hw-tests/run.ts"],
}

/** What needs neither the engine nor the contracts. */
const unbuilt = ["flash"]

const [task = "build", ...args] = process.argv.slice(2)
if (!(task in tasks)) fail(`Unknown task "${task}". Known: ${Object.keys(tasks).join(", ")}.`)

// The engine is compiled while npm downloads: it needs nothing from node_modules.
const installed = installDependencies()
if (!unbuilt.includes(task)) await buildXs({ quiet: false })
await installed
const node = node24()

const run = ([script, ...fixed], more = []) => handOver(node, [join(root, script), ...fixed, ...more])

const built = task === "build" || unbuilt.includes(task) ? 0 : await run(tasks.build, ["--quiet"])
process.exit(built || (await run(tasks[task], args)))
