/** Programs of others to compare with: installed beside this file when tests may install, else used where they are. */
import { execFileSync } from "node:child_process"
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Ethers } from "./ethers.ts"

const here = fileURLToPath(new URL(".", import.meta.url))
const required = process.env.DORMOUSE_REQUIRE_TOOLS === "1"

/**
 * `npm ci`, elsewhere, and then moved here as a whole: several test files may do this at the same time, and the first
 * to move wins.
 */
function install(): void {
  const work = mkdtempSync(join(here, ".install-"))
  try {
    for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(here, file), join(work, file))
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: work,
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    })
    if (!existsSync(join(here, "node_modules"))) renameSync(join(work, "node_modules"), join(here, "node_modules"))
  } catch (error) {
    if (!existsSync(join(here, "node_modules"))) throw error
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

if (required && !existsSync(join(here, "node_modules"))) install()

/** Where a program of Foundry is; `undefined` where it is not installed, or not made for this kind of machine. */
function foundry(name: "anvil" | "cast"): string | undefined {
  const arch = process.arch === "x64" ? "amd64" : process.arch
  const path = join(here, "node_modules", "@foundry-rs", `${name}-${process.platform}-${arch}`, "bin", name)
  return existsSync(path) ? path : undefined
}

const require = createRequire(join(here, "package.json"))

export const anvil = foundry("anvil")
export const cast = foundry("cast")
export const hasEthers = existsSync(join(here, "node_modules", "ethers"))

/** The library, as far as the tests use it: its own types are there only where it is installed. */
export async function loadEthers(): Promise<Ethers> {
  return (await import(pathToFileURL(require.resolve("ethers")).href)) as Ethers
}

/** Whether tests that need `peer` are left out; where every tool is required they fail instead. */
export const without = (peer: unknown): boolean => !peer && !required
