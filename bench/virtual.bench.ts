/**
 * A run in virtual time, whole: devices on XS, media, gateway with its verification threads, store and chain. What a wake
 * costs all of these processes together once the fleet is enrolled, and the memory that a device takes. Linux only.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDataDir } from "../simulator/fleet/data-dir.ts"
import { environment } from "../simulator/fleet/ports.ts"
import type { Progress, ProgressView } from "../simulator/fleet/view/progress.ts"
import { defaultScenario } from "../simulator/fleet/virtual/default-scenario.ts"
import { runVirtual } from "../simulator/fleet/virtual/run.ts"
import type { Figure } from "./run.ts"

const DEVICES = 300
const DAYS = 0.12
/** By then all devices are enrolled. */
const FROM = 0.2
/** A week of 1,000 devices at ten minutes an epoch within 35 minutes on two cores (wakes a second and core). */
const BUDGET = 240
/** Unit of processor time in /proc on every Linux in use (USER_HZ is 100). */
const TICK_MS = 10

interface Sample {
  wakes: number
  cpuMs: number
  bytes: number
}

export async function run({ gates } = { gates: false }): Promise<Figure[]> {
  if (gates || !existsSync("/proc/self/stat")) return []
  const directory = mkdtempSync(join(tmpdir(), "dormouse-bench-"))
  const dir = openDataDir(directory, false)
  const idle = usage()
  let first: Sample | undefined
  let last: Sample | undefined
  const update = (progress: () => Progress) => {
    const { fraction, wakes } = progress()
    if (fraction < FROM) return
    last = { wakes, ...usage() }
    first ??= last
  }
  const view: ProgressView = { notice() {}, update, end() {} }
  try {
    const scenario = defaultScenario({ devices: DEVICES, batch: 1, epochMs: 600_000, days: DAYS, seed: 1 })
    const stopAsked = new Promise<void>(() => {})
    const { result } = await runVirtual(scenario, { environment, view, dir, stopAsked })
    if (result.reports.receiptsVerified < result.samples) throw new Error("not every report has its receipt")
    const seconds = (last!.cpuMs - first!.cpuMs) / 1000
    return [
      {
        name: "virtual wakes a second and core, all of it",
        ...{ value: Math.round((last!.wakes - first!.wakes) / seconds), unit: "wakes/s" },
        ...{ budget: BUDGET, better: "higher", gate: "check" },
      },
      {
        name: "memory of all processes a device, 300 devices",
        value: Math.round((last!.bytes - idle.bytes) / DEVICES / 1024),
        ...{ unit: "KiB", better: "lower" },
      },
    ]
  } finally {
    dir.release()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Processor time and resident memory of this process and its children. */
function usage(): Omit<Sample, "wakes"> {
  const threads = readdirSync("/proc/self/task")
  const children = threads.flatMap((thread) => readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" "))
  const all = ["self", ...children.filter((pid) => pid !== "")]
  const sum = (of: (pid: string) => number) => all.reduce((total, pid) => total + of(pid), 0)
  return { cpuMs: sum(processorMs), bytes: sum(residentBytes) }
}

function processorMs(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

function residentBytes(pid: string): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1024
}
