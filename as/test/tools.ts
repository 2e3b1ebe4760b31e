/** Tools that only some machines have: tests without them skip by name, or fail where DORMOUSE_REQUIRE_TOOLS is 1. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, test } from "vitest"

const as = fileURLToPath(new URL("..", import.meta.url))

export function hasTool(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** `test`, or a skipped test whose name says what is missing. */
export function testWith(tools: string[]): (name: string, run: () => void | Promise<void>, timeout?: number) => void {
  const missing = tools.filter((tool) => !hasTool(tool))
  if (missing.length === 0 || process.env.DORMOUSE_REQUIRE_TOOLS === "1") return test
  return (name) => test.skip(`${name} (needs ${missing.join(", ")})`)
}

/** Compiles C for this machine: the generated code, the C interface if no source includes it, the sources given (in `c/test`). */
export function compile(name: string, sources: string[], flags: string[] = ["-O2"], included = false): string {
  const directory = mkdtempSync(join(tmpdir(), "dormouse-crypto-"))
  afterAll(() => rmSync(directory, { recursive: true }))
  const output = join(directory, name)
  const all = [
    ...sources.map((file) => `c/test/${file}`),
    ...(included ? [] : ["c/dormouse_crypto.c"]),
    ...["c/comb.c", "generated/crypto.c", "generated/comb_table.c"],
  ]
  const includes = ["c", "c/test", "generated"].flatMap((path) => ["-I", join(as, path)])
  const paths = all.map((path) => join(as, path))
  execFileSync("cc", ["-std=c11", ...flags, ...includes, ...paths, "-o", output], {
    stdio: ["ignore", "ignore", "pipe"],
  })
  return output
}
