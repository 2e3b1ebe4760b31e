// Figures of the embedded chain: `node src/gateway/chain/measure.ts [--json]`. One line each: name, value, unit.
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type EmbeddedChain, openContracts, startEmbeddedChain } from "./index.ts"

const ANCHORS = 300
const READS = 200
const root = new Uint8Array(32).fill(7)
const dir = mkdtempSync(join(tmpdir(), "dormouse-measure-"))
const json = process.argv.includes("--json")

function say(name: string, value: number, unit: string): void {
  const rounded = Number(value.toPrecision(4))
  console.log(json ? JSON.stringify({ name: `chain.${name}`, value: rounded, unit }) : `${name}: ${rounded} ${unit}`)
}

/** Milliseconds that `work` takes. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function main(): Promise<void> {
  let node!: EmbeddedChain
  say("first start", await time(async () => (node = await startEmbeddedChain({ dir, clock: Date }))), "ms")
  const contracts = await openContracts({ node, dir })
  const { anchors, client, gateway, proofs, deployment } = contracts

  const waits: number[] = []
  const used = process.cpuUsage()
  let epoch = 0
  while (epoch < ANCHORS) {
    epoch += 1
    waits.push(await time(() => anchors.submit({ epoch, previousEpoch: epoch - 1, root, count: 1024 })))
  }
  waits.sort((a, b) => a - b)
  say("anchor, one after the other, median", waits[ANCHORS / 2]!, "ms")
  say("anchor, one after the other, slowest of a hundred", waits[Math.floor(ANCHORS * 0.99)]!, "ms")
  const { user, system } = process.cpuUsage(used)
  say("anchor, processor time of both sides", (user + system) / 1000 / ANCHORS, "ms")

  const { blockNumber } = await anchors.inclusion(gateway, epoch)
  const slot = { address: deployment.anchor, storageKeys: [] }
  const reads = {
    eth_call: () => anchors.slot(gateway, epoch),
    "eth_getProof of one account": () => client.getProof(slot),
    "proofs of a receipt": () => proofs.forAnchor(gateway, epoch, gateway, blockNumber),
  }
  for (const [name, read] of Object.entries(reads)) {
    const ms = await time(async () => {
      for (let i = 0; i < READS; i++) await read()
    })
    say(name, ms / READS, "ms")
  }
  const burst = Array.from({ length: ANCHORS }, (_, index) => ({
    epoch: 10_000 + index,
    previousEpoch: 1,
    root,
    count: 3,
  }))
  const all = await time(() => Promise.all(burst.map((request) => anchors.submit(request))))
  say("anchors at once", (ANCHORS / all) * 1000, "per second")
  say("resident memory, whole process", process.memoryUsage().rss / 2 ** 20, "MiB")
  await node.close()
  say("file per anchor and block", statSync(join(dir, "chain.sqlite")).size / (2 * ANCHORS), "bytes")
  say("reopen", await time(async () => (node = await startEmbeddedChain({ dir, clock: Date }))), "ms")
  await node.close()
}

await main().finally(() => rmSync(dir, { recursive: true, force: true }))
