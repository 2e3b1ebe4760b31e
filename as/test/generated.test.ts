/** What is committed under `generated/` is what the sources make. */
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { testWith } from "./tools.ts"

testWith(["wasm2c"])(
  "as/generate.js --check",
  () => {
    const script = fileURLToPath(new URL("../generate.js", import.meta.url))
    execFileSync(process.execPath, [script, "--check"], { stdio: ["ignore", "ignore", "inherit"] })
  },
  120_000,
)
