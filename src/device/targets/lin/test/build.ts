/**
 * Builds for Linux with the tools of a Moddable SDK that the machine has (MODDABLE, and its tools on the PATH). The SDK is
 * no part of the project, and CI has none: tests that need it skip by name.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../../../../..", import.meta.url))
export const output = join(root, "build/moddable")
const sdk = process.env.MODDABLE
export const tools = sdk && join(sdk, "build/bin/lin/release")
export const hasSdk = tools !== undefined && existsSync(join(tools, "mcconfig"))

/** As in "8.2.3". */
export const sdkVersion = () => readFileSync(join(sdk!, "tools/VERSION"), "utf8").trim()

/** Runs `mcconfig -m`; the program's path. Throws with what the build said. */
export function build(manifest: string, name: string, platform = "x-cli-lin"): string {
  mkdirSync(output, { recursive: true })
  const path = [tools, join(root, "node_modules/.bin"), process.env.PATH].join(delimiter)
  try {
    execFileSync("mcconfig", ["-m", "-p", platform, "-o", output, manifest], {
      cwd: root,
      env: { ...process.env, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
    })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`mcconfig ${manifest}:\n${stdout}${stderr}`)
  }
  return join(output, "bin/lin/release", name)
}
