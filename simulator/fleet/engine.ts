/** What the fleet needs of a worker process that runs XS machines, and the workers of a live run. */
import { availableParallelism } from "node:os"
import type { LinkName } from "../../src/protocol/link-message.ts"
import type { CreateParameters, XsWorker } from "../xs/worker.ts"

export type { HeapUse, TurnResult, WakeParameters } from "../xs/worker.ts"

export type Engine = Pick<XsWorker, "wake" | "datagram" | "alarm" | "powerCut"> & Partial<Pick<XsWorker, "disturb">>

/** One process runs so many devices before another one is worth its memory. */
const DEVICES_A_WORKER = 64

export interface Workers<Kind = LinkName> {
  /** Puts a device more, of the kind of device `like`, into the worker that runs it. */
  add(index: number, board: CreateParameters, like: number): Promise<void>
  /** Makes a device that sleeps one of another kind: its flash stays, its retained memory does not. `seed`: for what it draws from then on. */
  move(index: number, kind: Kind, seed: Uint8Array): Promise<void>
  /** "xs 13.3.0" */
  name: string
  engineOf(index: number): Engine
  close(): Promise<void>
}

export function workerCount(devices: number, cores: number = availableParallelism()): number {
  return Math.max(1, Math.min(cores, Math.ceil(devices / DEVICES_A_WORKER)))
}

/**
 * Starts the worker processes and puts one device, switched off, for each of `boards` into them. A process runs one bundle at
 * one speed, so each kind of device, else each link, has processes of its own.
 */
export async function startWorkers<Kind = LinkName>(
  start: (kind: Kind) => Promise<XsWorker>,
  boards: readonly CreateParameters[],
  count: number = workerCount(boards.length),
  kindOf: (index: number) => Kind = (index) => (boards[index]!.link ?? "wifi") as Kind,
): Promise<Workers<Kind>> {
  const kinds = boards.map((_, index) => kindOf(index))
  const byKind = new Map<Kind, XsWorker[]>()
  const startAll = async (kind: Kind, share: number) =>
    void byKind.set(kind, await Promise.all(Array.from({ length: share }, () => start(kind))))
  for (const kind of new Set(kinds))
    await startAll(kind, Math.ceil((count * kinds.filter((other) => other === kind).length) / kinds.length))
  const engineOf = (index: number) => {
    const workers = byKind.get(kinds[index]!)!
    return workers[index % workers.length]!
  }
  await Promise.all(boards.map((board, index) => engineOf(index).create(index, board)))
  return {
    name: engineOf(0).engine,
    engineOf,
    add(index, board, like) {
      kinds[index] = kinds[like]!
      return engineOf(index).create(index, board)
    },
    async move(index, kind, seed) {
      await engineOf(index).remove(index)
      if (!byKind.has(kind)) await startAll(kind, count)
      kinds[index] = kind
      await engineOf(index).create(index, { ...boards[index]!, seed })
    },
    close: async () => void (await Promise.all([...byKind.values()].flat().map((worker) => worker.close()))),
  }
}
