import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import type { CreateParameters, TurnResult, WakeParameters, XsWorkerParameters } from "../worker.ts"
import { XsWorker } from "../worker.ts"

export const flashBytes = 64 * 1024

export interface Lab {
  worker: XsWorker
  folder: string
  create(id: number, parameters?: Partial<CreateParameters>): Promise<void>
  /** Wakes with defaults. */
  wake(id: number, parameters?: Partial<WakeParameters>): Promise<TurnResult>
}

/** A worker whose bundle is this script; it ends with the test. */
export async function lab(script: string, parameters: Partial<XsWorkerParameters> = {}): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "dormouse-xs-"))
  const bundle = join(folder, "bundle.js")
  writeFileSync(bundle, script)
  const worker = await XsWorker.start({ bundle, clock: "real", ...parameters })
  onTestFinished(async () => {
    await worker.close()
    rmSync(folder, { recursive: true })
  })
  return {
    worker,
    folder,
    create: (id, more = {}) => worker.create(id, { flash: join(folder, `${id}.flash`), flashBytes, ...more }),
    wake: (id, more = {}) => worker.wake(id, { now: 0, reason: "power-on", ...more }),
  }
}

/** A lab with device 1, woken once: what the script traced, parsed. */
export async function run(script: string, parameters: Partial<XsWorkerParameters> = {}): Promise<unknown[]> {
  const { create, wake } = await lab(script, parameters)
  await create(1)
  const result = await wake(1)
  if (result.reason) throw new Error(result.reason)
  return result.traces.map((line) => JSON.parse(line))
}
