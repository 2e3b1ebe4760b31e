import { spawn } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { beforeAll, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import { DEFAULT_CHAIN_ID, openContracts, startEmbeddedChain } from "../index.ts"
import { temporaryDirectory } from "./support.ts"
import { replay } from "./verify.ts"

const KILLS = 10
const child = fileURLToPath(new URL("./kill-child.ts", import.meta.url))

beforeAll(() => buildContracts({ quiet: true }))

/** Runs the child and kills it `delay` ms after it began to anchor; the last epoch that it saw confirmed. */
function runAndKill(dir: string, delay: number): Promise<number> {
  const running = spawn(process.execPath, [child, dir], { stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  let complaint = ""
  running.stdout.on("data", (chunk) => {
    if (said === "") setTimeout(() => running.kill("SIGKILL"), delay)
    said += chunk
  })
  running.stderr.on("data", (chunk) => (complaint += chunk))
  return new Promise((resolve, reject) => {
    running.on("exit", (_, signal) => {
      const lines = said.split("\n").slice(0, -1) // the last piece may be half a line
      if (signal === "SIGKILL" && lines.length > 0) resolve(Number(lines.at(-1)!.split(" ")[1]))
      else reject(new Error(`the child ended by itself: ${complaint}`))
    })
  })
}

test(`killed ${KILLS} times while it seals, the chain reopens whole`, async () => {
  const { path: dir, remove } = temporaryDirectory()
  let confirmed = 0
  for (let kill = 0; kill < KILLS; kill++) {
    // Spread over several blocks' time, so that each part of a block's making is hit.
    const last = await runAndKill(dir, 7 + ((kill * 61) % 190))
    expect(last).toBeGreaterThanOrEqual(confirmed)
    confirmed = last
  }
  const node = await startEmbeddedChain({ dir, clock: Date })
  const { anchors, gateway } = await openContracts({ node, dir })
  for (let epoch = 1; epoch <= confirmed; epoch++) expect(await anchors.slot(gateway, epoch)).toBeDefined()
  await node.close()
  expect(await replay(join(dir, "chain.sqlite"), DEFAULT_CHAIN_ID)).toBeGreaterThan(confirmed)
  remove()
}, 120_000)
