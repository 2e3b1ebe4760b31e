#!/usr/bin/env node
// `dormouse COMMAND ...`: on an older Node, or before set-up, it first sets up and starts again under Node 24.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { handOver, root } from "../setup/node.js"

const ready = ["node_modules/.dormouse-lock", "build/device/device.js"].every((path) => existsSync(join(root, path)))
if (!ready || Number(process.versions.node.split(".")[0]) < 24) {
  process.exit(await handOver(process.execPath, [join(root, "setup/run.js"), "dormouse", ...process.argv.slice(2)]))
}
const { main } = await import("./main.ts")
await main(process.argv.slice(2))
