/** The same seed gives the same bytes, whatever runs beside what. */
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, describe, expect, it } from "vitest"
import { openDataDir } from "../data-dir.ts"
import { environment } from "../ports.ts"
import { defaultScenario } from "../virtual/default-scenario.ts"
import { runVirtual } from "../virtual/run.ts"

const EPOCH_MS = 20_000
const EPOCHS = 5
const root = mkdtempSync(join(tmpdir(), "dormouse-virtual-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Everything that a run leaves: the result, all rows of store and chain, all flash. */
async function outcomeOf(name: string, workers: number) {
  const dir = openDataDir(join(root, name), true)
  const basics = { devices: 8, batch: 1, epochMs: EPOCH_MS, days: (EPOCHS * EPOCH_MS) / 86_400_000, seed: 1 }
  const view = { notice() {}, update() {}, end() {} }
  const ports = { environment, view, dir, stopAsked: new Promise<void>(() => {}) }
  const parallelism = { workers, verifyWorkers: workers }
  const { result, record } = await runVirtual(defaultScenario(basics), ports, parallelism)
  dir.release()
  const rows = ["gateway.sqlite", "chain.sqlite"].map((file) => rowsOf(join(dir.path, file)))
  const flash = readdirSync(join(dir.path, "flash")).map((file) => sha256(readFileSync(join(dir.path, "flash", file))))
  return { result, record, rows, flash }
}

/** The hash of each table. */
function rowsOf(path: string): Record<string, string> {
  const database = new DatabaseSync(path, { readOnly: true })
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  const hashes = tables.map(({ name }) => {
    const rows = database.prepare(`SELECT * FROM ${name}`).all()
    return [name, sha256(JSON.stringify(rows.map((row) => Object.values(row).map(plain))))]
  })
  database.close()
  return Object.fromEntries(hashes)
}

const plain = (value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value)
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex")

describe("a run in virtual time", () => {
  it("is the same to the last byte with one worker of each kind and with two", async () => {
    const one = await outcomeOf("one", 1)
    expect(one.result).toMatchObject({ devices: 8, samples: 40, gaps: 0, forks: 0, duplicates: 0 })
    const { signed, anchored, receiptsVerified } = one.result.reports
    expect([signed, anchored, receiptsVerified]).toEqual([40, 40, 40])
    expect(await outcomeOf("two", 2)).toEqual(one)
  }, 60_000)
})
