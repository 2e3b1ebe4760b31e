/**
 * What a machine costs: `node simulator/xs/measure.ts`. One worker, one core; each wake creates a machine, runs the
 * bundle and deletes the machine.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import type { TurnResult } from "./worker.ts"
import { XsWorker } from "./worker.ts"

const resolveDir = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "dormouse-measure-"))

/** Real code of about 60 KB, which a wake defines but does not use. */
async function library(): Promise<string> {
  const modules = ["cborg", "@noble/ciphers/chacha.js", "@noble/hashes/blake3.js", "abitype"]
  const imports = modules.map((name, index) => `import * as m${index} from "${name}"`)
  const contents = `${imports.join("\n")}\nglobalThis.library = [${modules.map((_, index) => `m${index}`)}]; host.sleep(1)`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    supported: { "class-static-field": false }, // see README.md, "The engine"
    write: false,
    // what XS lacks and cborg wants to see
    banner: { js: "globalThis.TextEncoder = globalThis.TextDecoder = class { encode() {} };" },
  })
  return outputFiles[0]!.text
}

async function measure(name: string, script: string, wakes: number): Promise<void> {
  const bundle = join(folder, "bundle.js")
  writeFileSync(bundle, script)
  const worker = await XsWorker.start({ bundle, clock: "real" })
  await worker.create(1, { flash: join(folder, "flash"), flashBytes: 65536 })
  const round = () => Promise.all(Array.from({ length: 100 }, () => worker.wake(1, { now: 0, reason: "timer" })))
  await round()
  const results: TurnResult[] = []
  const start = performance.now()
  while (results.length < wakes) results.push(...(await round()))
  const seconds = (performance.now() - start) / 1000
  await worker.close()

  const last = results.at(-1)!
  if (last.state !== "asleep") throw new Error(`${name}: ${last.state}: ${last.reason}`)
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]! / 1000
  const fields = [
    `${name} (${(script.length / 1000).toFixed(1)} kB)`,
    `${median(results.map(({ wallNs }) => wallNs)).toFixed(0)} us a wake`,
    `${Math.round(results.length / seconds)} wakes/s through Node`,
    `${last.meter} meter units`,
    `peak ${last.heap.slotsPeak / 32} slots, ${last.heap.chunksPeak} B chunks, ${last.heap.stackPeak / 32} stack slots`,
  ]
  const signs = results.flatMap(({ signNs }) => signNs)
  if (signs.length > 0) fields.push(`${median(signs).toFixed(0)} us a signature`)
  console.log(fields.join(" | "))
}

const sign = `const secret = new Uint8Array(32).fill(1)
  host.crypto.sign(host.crypto.sha256(host.random(100)), secret); host.sleep(1)`

await measure("empty", "host.sleep(1)", 20_000)
await measure("one signature", sign, 5000)
await measure("library", await library(), 2000)
rmSync(folder, { recursive: true })
