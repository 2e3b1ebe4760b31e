/** The board on Linux, built by the real SDK: a type error fails, the bundle runs, and the device tests pass on its XS. */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { build as bundle } from "esbuild"
import { expect, onTestFinished, test } from "vitest"
import { build, hasSdk, output, root, sdkVersion } from "./build.ts"

const suffix = hasSdk ? ` (SDK ${sdkVersion()})` : " (needs MODDABLE, a Moddable SDK with its Linux tools)"
const MINUTES = { timeout: 600_000 }
const here = "src/device/targets/lin"
const crypto = ["as/c/comb", "as/c/dormouse_crypto", "as/generated/crypto", "as/generated/comb_table"]
/** Tests that are about Node's streams, or count for hours. */
const NOT_HERE = ["console.test.ts", "wear.test.ts", "link-contract.test.ts"]
const natives = [
  `${here}/host`,
  `${here}/main.c`,
  "src/device/targets/native/arguments",
  "src/device/targets/native/xs_crypto",
]

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "dormouse-moddable-"))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** A manifest of one script, `main`, with the native code of the Linux board. */
function manifestOf(name: string, script: string): string {
  const path = join(output, name)
  mkdirSync(path, { recursive: true })
  const modules = {
    "src/device/targets/lin/main": `./${relative(path, script)}`,
    "*": [...natives, ...crypto].map((file) => `./${relative(path, join(root, file))}`),
  }
  const creation = {
    chunk: { initial: 32 << 20, incremental: 1 << 20 },
    heap: { initial: 1 << 20, incremental: 1 << 16 },
    keys: { initial: 8192, incremental: 1024 },
    stack: 8192,
  }
  writeFileSync(join(path, "manifest.json"), JSON.stringify({ build: { NAME: name }, modules, creation }))
  return join(path, "manifest.json")
}

test.skipIf(!hasSdk)(`the device tests pass on the SDK's engine${suffix}`, MINUTES, async () => {
  const tests = readdirSync(join(root, "src/device/test")).filter(
    (file) => file.endsWith(".test.ts") && !NOT_HERE.includes(file),
  )
  expect(tests.length).toBeGreaterThan(6)
  const script = join(output, "device-tests/tests.js")
  await bundle({
    stdin: {
      resolveDir: root,
      loader: "ts",
      contents: `import { runTests } from "vitest"
        ${tests.map((file) => `import "./src/device/test/${file}"`).join("\n")}
        const [print, exit] = [native("xs_dormouse_lin_print"), native("xs_dormouse_lin_exit")]
        export default () => void runTests(print).then((failed) => exit(failed ? 1 : 0))`,
    },
    outfile: script,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    // What chai and fast-check look for when they load, and XS does not have.
    banner: {
      js: "globalThis.process ??= { env: {} }; globalThis.EventTarget ??= class { addEventListener() {} dispatchEvent() {} }; globalThis.setTimeout ??= () => 0; globalThis.clearTimeout ??= () => {}; globalThis.queueMicrotask ??= (job) => void Promise.resolve().then(job); globalThis.Event ??= class {}",
    },
    alias: { vitest: join(root, here, "test/vitest-on-xs.ts") },
    plugins: [
      {
        name: "native crypto",
        setup: ({ onResolve }) =>
          onResolve({ filter: /\/as\/index\.ts$/ }, () => ({
            path: join(root, "src/device/targets/native/crypto.ts"),
          })),
      },
    ],
  })
  const program = build(manifestOf("device-tests", script), "device-tests")
  const lines = spawnSync(program, { encoding: "utf8", timeout: 300_000 }).stdout.trim().split("\n")
  expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([])
  expect(lines.length).toBeGreaterThan(50)
})

test.skipIf(!hasSdk)(`the bundle runs on the SDK's engine: a blank board of files${suffix}`, MINUTES, () => {
  const program = build(`${here}/manifest.json`, "dormouse")
  const name = join(folder(), "board")
  const wake = () =>
    execFileSync(program, [name, "127.0.0.1", "9"], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
  for (let i = 0; i < 2; i++) expect(wake()).toMatchObject([{ e: "error", code: "E_NOT_PROVISIONED" }, { e: "sleep" }])
})

test.skipIf(!hasSdk)(`a type error fails the build${suffix}`, MINUTES, () => {
  const path = folder()
  writeFileSync(join(path, "main.ts"), "export default function main(): number { return 'text' }\n")
  writeFileSync(
    join(path, "manifest.json"),
    JSON.stringify({
      build: { NAME: "wrong" },
      modules: { "*": ["./main"] },
      creation: { stack: 256 },
      typescript: { tsconfig: { compilerOptions: { strict: true } } },
    }),
  )
  expect(() => build(join(path, "manifest.json"), "wrong")).toThrow(/TS2322/)
})
