/** What the fleet needs of a worker process that runs XS machines, and the workers of a live run. */
import { availableParallelism } from "node:os"
import type { LinkName } from "../../src/protocol/link-message.ts"
import type { CreateParameters, XsWorker } from "../xs/worker.ts"

export type { HeapUse, TurnResult, WakeParameters } from "../xs/worker.ts"

export type Engine = Pick<XsWorker, "wake" | "datagram" | "alarm" | "powerCut"> & Partial<Pick<XsWorker, "disturb">>

/** One process runs so many devices before another one is worth its memory. */
const DEVICES_A_WORKER = 64

export interface Workers {
  /** Puts a device more into the worker that runs it. */
  add(index: number, board: CreateParameters): Promise<void>
  /** "xs 13.3.0" */
  name: string
  engineOf(index: number): Engine
  close(): Promise<void>
}

export function workerCount(devices: number, cores: number = availableParallelism()): number {
  return Math.max(1, Math.min(cores, Math.ceil(devices / DEVICES_A_WORKER)))
}

/**
 * Starts the worker processes and puts one device, switched off, for each of `boards` into them. A process runs one bundle,
 * so each link has processes of its own.
 */
export async function startWorkers(
  start: (link: LinkName) => Promise<XsWorker>,
  boards: readonly CreateParameters[],
  count: number = workerCount(boards.length),
): Promise<Workers> {
  const links = boards.map(({ link = "wifi" }) => link)
  const byLink = new Map<LinkName, XsWorker[]>()
  for (const link of new Set(links)) {
    const share = Math.ceil((count * links.filter((other) => other === link).length) / links.length)
    byLink.set(link, await Promise.all(Array.from({ length: share }, () => start(link))))
  }
  const engineOf = (index: number) => {
    const workers = byLink.get(links[index]!)!
    return workers[index % workers.length]!
  }
  await Promise.all(boards.map((board, index) => engineOf(index).create(index, board)))
  const workers = [...byLink.values()].flat()
  return {
    name: workers[0]!.engine,
    engineOf,
    add: (index, board) => {
      links[index] = board.link ?? "wifi"
      return engineOf(index).create(index, board)
    },
    close: async () => void (await Promise.all(workers.map((worker) => worker.close()))),
  }
}
