#!/usr/bin/env node
// `dormouse COMMAND ...`: on an older Node it first sets up and starts again under Node 24.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { root } from "../setup/node.js"

if (Number(process.versions.node.split(".")[0]) < 24) {
  const again = spawnSync(process.execPath, [join(root, "setup/run.js"), "dormouse", ...process.argv.slice(2)], {
    stdio: "inherit",
  })
  process.exit(again.status ?? 1)
}
const { main } = await import("./main.ts")
await main(process.argv.slice(2))
