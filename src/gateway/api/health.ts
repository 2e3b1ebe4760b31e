import { statfs } from "node:fs/promises"
import type { DatabaseSync } from "node:sqlite"
import type { ErrorCode } from "../../protocol/errors.ts"
import type { Clock } from "../ports.ts"
import type { Store } from "../store/store.ts"
import type { Metrics } from "./metrics.ts"

/** Something that an operator must look at. */
export interface Problem {
  code: ErrorCode
  message: string
}

export interface HealthOptions {
  dataDir: string
  store: Pick<Store, "anchors">
  clock: Pick<Clock, "now">
  metrics: Pick<Metrics, "queued" | "lastFault" | "lastStored">
  /** reports that may be queued */
  queueLimit: number
  /** length of an epoch, ms */
  epochMs(): number
  /** anchoring stopped because the chain says something else */
  conflict(): string | undefined
  head(): Promise<unknown>
  /** the access log's database: a write to it shows whether the disk still takes any */
  probe: DatabaseSync
}

const CHAIN_MS = 2_000
/** An anchor that is in no block after so many epochs, and at least so long, will not come by itself. */
const LATE_EPOCHS = 3
const LATE_MS = 30_000
const LEAST_FREE = 64 * 2 ** 20
/** A disk is asked this often at most, however often a monitor asks us. */
const PROBE_MS = 5_000
const FAULT_MS = 60_000
/** A part of the queue is kept for the backlog, so live reports find it full a little earlier. */
const FULL = 0.9

/** Looks at everything that keeps a gateway from its work. */
export function healthOf(options: HealthOptions): () => Promise<Problem[]> {
  const { dataDir, store, clock, metrics, queueLimit, epochMs, conflict, head } = options
  const write = options.probe.prepare("INSERT INTO probe VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at")
  let disk: { at: number; found: Problem[] } | undefined

  function anchoring(): Problem[] {
    const stopped = conflict()
    if (stopped !== undefined) return [{ code: "E_ANCHOR_CONFLICT", message: stopped }]
    const [oldest] = store.anchors.unmined()
    const age = oldest ? clock.now() - oldest.builtAt : 0
    if (age <= Math.max(LATE_MS, LATE_EPOCHS * epochMs())) return []
    const since = `${Math.round(age / 1000)} s`
    return [{ code: "E_CHAIN_STALLED", message: `The anchor of epoch ${oldest!.epoch} is in no block for ${since}.` }]
  }

  async function chain(): Promise<Problem[]> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, CHAIN_MS, `no answer within ${CHAIN_MS} ms`)
    })
    const answer = head().then(
      () => undefined,
      (error: Error) => error.message,
    )
    const trouble = await Promise.race([answer, late])
    clearTimeout(timer)
    return trouble === undefined ? [] : [{ code: "E_CHAIN_UNREACHABLE", message: `The chain: ${trouble}.` }]
  }

  async function storage(): Promise<Problem[]> {
    const now = clock.now()
    if (disk && now - disk.at < PROBE_MS) return disk.found
    const found: Problem[] = []
    try {
      write.run(now)
      const { bavail, bsize } = await statfs(dataDir)
      const free = bavail * bsize
      if (free < LEAST_FREE) found.push({ code: "E_DISK_FULL", message: `Only ${free} bytes are free in ${dataDir}.` })
    } catch (error) {
      found.push({ code: "E_STORE", message: `The disk takes no more: ${(error as Error).message}.` })
    }
    disk = { at: now, found }
    return found
  }

  function ingest(): Problem[] {
    const { lastFault, lastStored } = metrics
    const queued = metrics.queued()
    const found: Problem[] = []
    if (queued >= FULL * queueLimit)
      found.push({ code: "E_BUSY", message: `${queued} reports wait: devices are told "later".` })
    // A fault that nothing good has followed; after a while of silence it is history.
    if (lastFault > lastStored && performance.now() - lastFault < FAULT_MS)
      found.push({
        code: "E_INTERNAL",
        message: "The latest message ended in a fault of the gateway's own: see its log.",
      })
    return found
  }

  return async () => [...anchoring(), ...ingest(), ...(await storage()), ...(await chain())]
}
