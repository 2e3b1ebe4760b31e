#!/usr/bin/env node
// `dormouse COMMAND ...`: on an older Node, or before set-up, it first sets up and starts again under Node 24.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { root } from "../setup/node.js"

const ready = ["node_modules/.dormouse-lock", "build/device/device.js"].every((path) => existsSync(join(root, path)))
if (!ready || Number(process.versions.node.split(".")[0]) < 24) {
  const setup = join(root, "setup/run.js")
  const again = spawnSync(process.execPath, [setup, "dormouse", ...process.argv.slice(2)], { stdio: "inherit" })
  process.exit(again.status ?? 1)
}
const { main } = await import("./main.ts")
await main(process.argv.slice(2))
