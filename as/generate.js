/**
 * Makes everything under `generated/`: unrolled AssemblyScript, the wasm, and C from the wasm.
 *
 *   node as/generate.js            the wasm; also C where wabt's wasm2c is installed
 *   node as/generate.js --check    makes all of it elsewhere and fails where a committed file differs
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { combC, combSegment } from "./scripts/comb.js"
import { fieldSource } from "./scripts/field.js"
import { shaSource } from "./scripts/sha256.js"
import { adaptC } from "./scripts/wasm2c.js"

const here = dirname(fileURLToPath(import.meta.url))
const tools = join(here, "..", "node_modules")
const COMB_TABLE = 0x4000
const STATICS = 0x2000
/** Called by name from C, or replaced there: must stay functions. */
const KEPT = ["combSelect", "combLoad", "declassify"]
const FEATURES = ["bulk-memory", "bulk-memory-opt", "sign-ext", "mutable-globals", "nontrapping-float-to-int"]

const node = (script, args) => execFileSync(process.execPath, [join(tools, script), ...args], { stdio: "inherit" })

function compile(directory) {
  const text = join(directory, "crypto.wat")
  node("assemblyscript/bin/asc.js", [
    join(here, "assembly", "index.ts"),
    "--textFile",
    text,
    "--debug",
    "--runtime",
    "stub",
    "--noAssert",
    "--use",
    "abort=",
    "--initialMemory",
    "2",
    "--maximumMemory",
    "2",
    "--memoryBase",
    String(STATICS),
    "--zeroFilledMemory",
  ])
  const end = /\n\)\s*$/
  writeFileSync(
    text,
    readFileSync(text, "utf8").replace(end, () => `\n ${combSegment(COMB_TABLE)}\n)\n`),
  )
  node("binaryen/bin/wasm-opt", [
    text,
    ...["-o", join(directory, "crypto.wasm"), "-g"],
    ...FEATURES.map((name) => `--enable-${name}`),
    // Before the optimizer, which would inline them.
    ...KEPT.map((name) => `--no-inline=*${name}`),
    // Not -O4: it builds one deep expression of a whole function, which V8 spills all over (a field multiplication: 9 % slower).
    "-O3",
    "--converge",
  ])
  return readFileSync(join(directory, "crypto.wasm"))
}

function toC(directory, wasm) {
  writeFileSync(join(directory, "crypto.wasm"), wasm)
  const run = (args) => execFileSync("wasm2c", args, { cwd: directory, encoding: "utf8" })
  try {
    run(["--version"])
  } catch {
    return undefined
  }
  run(["crypto.wasm", "-n", "crypto", "-o", "crypto.c"])
  const read = (name) => readFileSync(join(directory, name), "utf8")
  return adaptC(read("crypto.c"), read("crypto.h"), COMB_TABLE)
}

function build(target) {
  const put = (path, content) => {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    writeFileSync(join(target, path), content)
  }
  const files = { "assembly/generated/field.ts": fieldSource, "assembly/generated/sha256.ts": shaSource }
  // The compiler reads the sources where they lie: --check has compared them before.
  for (const [path, content] of Object.entries(files)) if (target === here) put(path, content)
  const directory = mkdtempSync(join(tmpdir(), "dormouse-crypto-"))
  try {
    files["generated/crypto.wasm"] = compile(directory)
    const c = toC(directory, files["generated/crypto.wasm"])
    if (c) Object.assign(files, { "generated/crypto.c": c.source, "generated/crypto.h": c.header })
    else console.error("wasm2c is not installed (package wabt): generated/crypto.c and crypto.h stay as they are")
    files["generated/comb_table.c"] = combC()
  } finally {
    rmSync(directory, { recursive: true })
  }
  return files
}

const files = build(here)
if (process.argv.includes("--check")) {
  const differing = Object.entries(files).filter(
    ([path, content]) => !Buffer.from(content).equals(readFileSync(join(here, path))),
  )
  for (const [path] of differing) console.error(`as/${path} differs from what as/generate.js makes: run it and commit`)
  process.exitCode = differing.length > 0 ? 1 : 0
} else {
  for (const [path, content] of Object.entries(files)) writeFileSync(join(here, path), content)
}
