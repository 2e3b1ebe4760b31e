/** What the fleet needs of a worker process that runs XS machines, and the workers of a live run. */
import { availableParallelism } from "node:os"
import type { CreateParameters, XsWorker } from "../xs/worker.ts"

export type { HeapUse, TurnResult, WakeParameters } from "../xs/worker.ts"

export type Engine = Pick<XsWorker, "wake" | "datagram" | "alarm" | "powerCut">

/** One process runs so many devices before another one is worth its memory. */
const DEVICES_A_WORKER = 64

export interface Workers {
  /** "xs 13.3.0" */
  name: string
  engineOf(index: number): Engine
  close(): Promise<void>
}

export function workerCount(devices: number, cores: number = availableParallelism()): number {
  return Math.max(1, Math.min(cores, Math.ceil(devices / DEVICES_A_WORKER)))
}

/** Starts the worker processes and puts one device, switched off, for each of `boards` into them. */
export async function startWorkers(
  start: () => Promise<XsWorker>,
  boards: readonly CreateParameters[],
  count: number = workerCount(boards.length),
): Promise<Workers> {
  const workers = await Promise.all(Array.from({ length: count }, start))
  const engineOf = (index: number) => workers[index % workers.length]!
  await Promise.all(boards.map((board, index) => engineOf(index).create(index, board)))
  return {
    name: workers[0]!.engine,
    engineOf,
    close: async () => void (await Promise.all(workers.map((worker) => worker.close()))),
  }
}
