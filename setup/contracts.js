// Compiles src/contracts to build/contracts/<Name>.json. Plain JavaScript: Node 20 runs it during set-up.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { root } from "./node.js"

const require = createRequire(import.meta.url)
const sourceDir = join(root, "src", "contracts")
const outputDir = join(root, "build", "contracts")
/** What gets an artifact; the other files are libraries and bases of these. */
const names = ["DeviceRegistry", "ReadingAnchor", "ReadingVerifier"]

// London is the newest rule set that Clique nodes know: no PUSH0, and one artifact that runs on every later chain.
const settings = {
  evmVersion: "london",
  optimizer: { enabled: true, runs: 1_000_000 },
  viaIR: true,
  metadata: { bytecodeHash: "none" },
  outputSelection: {
    "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"] },
  },
}

function readSources() {
  const files = readdirSync(sourceDir).filter((name) => name.endsWith(".sol"))
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(sourceDir, name), "utf8")]))
}

/** Everything that decides the output: sources, settings, versions of the compiler and of OpenZeppelin. */
function stampOf(sources) {
  const versions = ["solc", "@openzeppelin/contracts"].map((name) => require(`${name}/package.json`).version)
  return createHash("sha256")
    .update(JSON.stringify([settings, names, versions, sources]))
    .digest("hex")
}

function compile(sources) {
  const before = process.listeners("unhandledRejection")
  const solc = require("solc") // 9 MB of JavaScript: loaded only when something changed
  // The compiler's runtime leaves a handler behind that rethrows; our process keeps its own manners.
  for (const listener of process.listeners("unhandledRejection")) {
    if (!before.includes(listener)) process.removeListener("unhandledRejection", listener)
  }
  const content = Object.fromEntries(Object.entries(sources).map(([name, text]) => [name, { content: text }]))
  const findImport = (path) => ({ contents: readFileSync(require.resolve(path), "utf8") })
  const input = { language: "Solidity", sources: content, settings }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }))
  const complaints = (output.errors ?? []).map((error) => error.formattedMessage)
  if (complaints.length > 0) throw new Error(`Solidity: correct this in src/contracts:\n${complaints.join("\n")}`)
  return output.contracts
}

/** Writes the artifacts, unless those on disk were made from the same input. */
export async function buildContracts({ quiet = false } = {}) {
  const stampFile = join(outputDir, "stamp")
  const sources = readSources()
  const stamp = stampOf(sources)
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return { built: false }
  if (!quiet) console.error("Compiling contracts (solc) ...")
  const contracts = compile(sources)
  mkdirSync(outputDir, { recursive: true })
  rmSync(stampFile, { force: true })
  for (const name of names) {
    const { abi, evm, storageLayout } = contracts[`${name}.sol`][name]
    const hex = (part) => `0x${part.object}`
    const artifact = { abi, bytecode: hex(evm.bytecode), deployedBytecode: hex(evm.deployedBytecode), storageLayout }
    writeWhole(join(outputDir, `${name}.json`), `${JSON.stringify(artifact, null, 1)}\n`)
  }
  writeWhole(stampFile, stamp)
  return { built: true }
}

/** A reader (another process that starts at the same time) sees the old file or the new one, never half of one. */
function writeWhole(path, text) {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}
