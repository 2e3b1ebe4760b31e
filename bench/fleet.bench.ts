/**
 * The simulator's own speed: how many device wakes one core runs when every wake samples, signs, sends and takes back an
 * ack with a receipt, all on the XS engine. An in-memory gateway answers, so that the engine is measured and not the gateway.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDataDir } from "../simulator/fleet/data-dir.ts"
import { type Engine, startWorkers, type TurnResult } from "../simulator/fleet/engine.ts"
import { prepareFlash } from "../simulator/fleet/flash.ts"
import { readRecording } from "../simulator/fleet/sensor.ts"
import { heapBytes } from "../simulator/fleet/state.ts"
import { StubGateway, stubProvisioning } from "../simulator/fleet/test/stub-gateway.ts"
import { parseTrace } from "../simulator/fleet/trace.ts"
import { bundleOf } from "../simulator/xs/bundle.ts"
import { XsWorker } from "../simulator/xs/worker.ts"
import type { Figure } from "./run.ts"

const DEVICES = 32
const WARM_UP_WAKES = 10
const WAKES = 100
const START = 1_800_000_000_000
const EPOCH_MS = 600_000
/** Unit of processor time in /proc on every Linux in use (USER_HZ is 100). */
const TICK_US = 10_000

/** What one device's wakes came to. */
interface Tally {
  wakes: number
  signatures: number[]
  receipts: number
  engineNs: number
  meter: number
  heap: number
  sleptAt: number
}

/** Wakes one device `count` times, each as soon as the one before has ended: its own time passes, no other. */
async function drive(engine: Engine, id: number, gateway: StubGateway, tally: Tally, count: number): Promise<void> {
  const recording = readRecordingOnce()
  for (let i = 0; i < count; i++) {
    const sensor = [...recording[(id * 641 + tally.wakes) % recording.length]!]
    let result = await engine.wake(id, {
      now: tally.sleptAt,
      reason: tally.wakes === 0 ? "power-on" : "timer",
      sensor,
    })
    account(tally, result)
    while (result.state === "waiting") {
      const [datagram] = result.sends
      if (!datagram) throw new Error(`device ${id} waits for nothing`)
      // half a millisecond of network each way
      const bytes = gateway.answer(datagram, START + Math.floor((result.now + 500) / 1000))
      result = await engine.datagram(id, { now: result.now + 1000, bytes })
      account(tally, result)
    }
    if (result.state !== "asleep") throw new Error(`device ${id} ${result.state}: ${result.reason}`)
    tally.sleptAt = result.until!
    tally.wakes++
  }
}

function account(tally: Tally, result: TurnResult): void {
  tally.engineNs += result.wallNs
  tally.meter += result.meter
  tally.signatures.push(...result.signNs)
  tally.heap = Math.max(tally.heap, heapBytes(result.heap))
  for (const line of result.traces) {
    const trace = parseTrace(line)
    if (trace?.e === "receipt" && trace.ok) tally.receipts++
  }
}

/** Processor time of another process in microseconds, where the system tells. */
function processorTime(pid: number): number | undefined {
  const path = `/proc/${pid}/stat`
  if (!existsSync(path)) return undefined
  const [user, system] = readFileSync(path, "utf8").split(") ")[1]!.split(" ").slice(11, 13).map(Number)
  return (user! + system!) * TICK_US
}

let recording: ReturnType<typeof readRecording> | undefined
function readRecordingOnce() {
  return (recording ??= readRecording())
}

export async function run({ gates } = { gates: false }): Promise<Figure[]> {
  if (gates) return [] // every figure here depends on the machine
  const directory = mkdtempSync(join(tmpdir(), "dormouse-bench-"))
  const dir = openDataDir(directory, false)
  // One sample a report: every wake signs.
  const boards = prepareFlash(dir, stubProvisioning, { devices: DEVICES, batch: 1, seed: "1" })
  const worker = await XsWorker.start({ bundle: bundleOf(), clock: "meter" })
  const workers = await startWorkers(async () => worker, boards, 1)
  const gateway = new StubGateway({ start: START, epochMs: EPOCH_MS })
  const fresh = (sleptAt: number): Tally => ({
    ...{ wakes: 0, receipts: 0, engineNs: 0, meter: 0, heap: 0, sleptAt },
    signatures: [],
  })
  try {
    const all = (tallies: Tally[], count: number) =>
      Promise.all(tallies.map((tally, id) => drive(workers.engineOf(id), id, gateway, tally, count)))
    const warm = boards.map(() => fresh(0))
    await all(warm, WARM_UP_WAKES)
    const tallies = warm.map(({ sleptAt, wakes }) => ({ ...fresh(sleptAt), wakes }))
    const before = process.cpuUsage()
    const engineBefore = processorTime(worker.pid!)
    await all(tallies, WAKES)
    const node = process.cpuUsage(before)
    const engineAfter = processorTime(worker.pid!)
    const wakes = DEVICES * WAKES
    const receipts = tallies.reduce((sum, tally) => sum + tally.receipts, 0)
    const signatures = tallies.flatMap((tally) => tally.signatures).sort((a, b) => a - b)
    if (receipts < wakes * 0.95 || signatures.length < wakes)
      throw new Error(`${wakes} wakes made ${signatures.length} signatures and ${receipts} verified receipts`)
    const engineUs =
      engineBefore !== undefined && engineAfter !== undefined
        ? engineAfter - engineBefore
        : tallies.reduce((sum, tally) => sum + tally.engineNs, 0) / 1000
    const meter = tallies.reduce((sum, tally) => sum + tally.meter, 0)
    // All that runs: the engine, and Node with the in-memory gateway in it.
    const seconds = (engineUs + node.user + node.system) / 1e6
    const heap = Math.max(...tallies.map((tally) => tally.heap))
    return [
      {
        name: "device wakes a second and core, all signing",
        value: round(wakes / seconds),
        unit: "wakes/s",
        budget: 600,
        better: "higher",
        gate: "check",
      },
      { name: "one wake: XS engine", value: round(engineUs / wakes), unit: "us", better: "lower" },
      { name: "one wake: XS meter", value: Math.round(meter / wakes), unit: "units", better: "lower" },
      {
        name: "one wake: Node, with in-memory gateway",
        value: round((node.user + node.system) / wakes),
        unit: "us",
        better: "lower",
      },
      {
        name: "device machine: peak heap, 64-bit host",
        value: round(heap / 1024),
        unit: "KiB",
        better: "lower",
      },
      {
        name: "sign on XS, native, median",
        value: round(signatures[Math.floor(signatures.length / 2)]! / 1000),
        unit: "us",
        better: "lower",
      },
    ]
  } finally {
    await workers.close()
    dir.release()
    rmSync(directory, { recursive: true, force: true })
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
