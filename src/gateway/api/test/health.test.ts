import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, expect, it } from "vitest"
import { openAccess } from "../access/database.ts"
import { type HealthOptions, healthOf } from "../health.ts"

let dir: string
let probe: DatabaseSync
let now = 1_000_000
let metrics: HealthOptions["metrics"]

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dormouse-health-"))
  probe = openAccess(dir)
  metrics = { queued: () => 0, lastFault: 0, lastStored: 0 }
})

afterEach(() => {
  probe.close()
  rmSync(dir, { recursive: true, force: true })
})

function health(options: Partial<HealthOptions> = {}, unmined: { epoch: number; builtAt: number }[] = []) {
  const store = { anchors: { unmined: () => unmined } } as unknown as HealthOptions["store"]
  return healthOf({
    ...{ dataDir: dir, store, clock: { now: () => now }, metrics, probe, queueLimit: 100 },
    ...{ epochMs: () => 10_000, conflict: () => undefined, head: async () => ({}) },
    ...options,
  })
}

const codes = async (check: ReturnType<typeof healthOf>) => (await check()).map(({ code }) => code)

it("finds nothing where nothing is", async () => {
  expect(await health()()).toEqual([])
})

it("tells a conflict of anchors, and a chain that takes none", async () => {
  expect(await health({ conflict: () => "another story" })()).toEqual([
    { code: "E_ANCHOR_CONFLICT", message: "another story" },
  ])
  expect(await codes(health({}, [{ epoch: 7, builtAt: now - 29_000 }]))).toEqual([])
  expect(await health({}, [{ epoch: 7, builtAt: now - 31_000 }])()).toEqual([
    { code: "E_CHAIN_STALLED", message: "The anchor of epoch 7 is in no block for 31 s." },
  ])
  expect(await codes(health({ epochMs: () => 3_600_000 }, [{ epoch: 7, builtAt: now - 31_000 }]))).toEqual([])
})

it("tells a chain that does not answer, or not in time", async () => {
  expect(await codes(health({ head: () => Promise.reject(new Error("gone")) }))).toEqual(["E_CHAIN_UNREACHABLE"])
  expect(await codes(health({ head: () => new Promise(() => {}) }))).toEqual(["E_CHAIN_UNREACHABLE"])
})

it("tells a disk that takes no more, and looks again later", async () => {
  const check = health()
  probe.exec("PRAGMA query_only = ON")
  expect(await codes(check)).toEqual(["E_STORE"])
  probe.exec("PRAGMA query_only = OFF")
  expect(await codes(check)).toEqual(["E_STORE"]) // it does not ask the disk at each request
  now += 6_000
  expect(await codes(check)).toEqual([])
})

it("tells a full queue, and faults that nothing good followed", async () => {
  expect(await codes(health({ metrics: { ...metrics, queued: () => 95 } }))).toEqual(["E_BUSY"])
  const lastFault = performance.now()
  expect(await codes(health({ metrics: { ...metrics, lastFault } }))).toEqual(["E_INTERNAL"])
  expect(await codes(health({ metrics: { ...metrics, lastFault, lastStored: lastFault + 1 } }))).toEqual([])
})
