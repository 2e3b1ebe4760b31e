/** No branch and no address in the compiled C depends on a secret: memcheck over poisoned keys and nonces. */
import { spawnSync } from "node:child_process"
import { expect } from "vitest"
import { compile, testWith } from "./tools.ts"

const ERROR = 9
const run = (...command: string[]) =>
  spawnSync("valgrind", ["--quiet", `--error-exitcode=${ERROR}`, "--track-origins=no", ...command], {
    encoding: "utf8",
  })

for (const level of ["-O2", "-Os"]) {
  testWith(["cc", "valgrind"])(
    `constant time under memcheck, compiled with ${level}`,
    () => {
      const program = compile("poison", ["poison.c"], [level, "-g", "-DDORMOUSE_DECLASSIFY"])
      const { status, stdout, stderr } = run(program)
      expect(stderr.slice(0, 4000) + stdout).toBe("")
      expect(status).toBe(0)
      // The check itself works: a deliberate branch on a secret is reported.
      expect(run(program, "leak").status).toBe(ERROR)
    },
    120_000,
  )
}
