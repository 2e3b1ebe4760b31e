/** What runs for every report must not become slower with every report: the planner's choices, statement by statement. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { expect, test, vi } from "vitest"
import { ChainLink } from "../chain-link.ts"
import { openDatabase } from "../database.ts"

test("a report's neighbours in the hash chain are found by index, however many reports the device has", () => {
  const dir = mkdtempSync(join(tmpdir(), "dormouse-"))
  const database = openDatabase(join(dir, "gateway.sqlite"))
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare")
  new ChainLink(database)
  const selects = prepare.mock.calls.map(([sql]) => sql).filter((sql) => / (prev|head) = \?/.test(sql))
  prepare.mockRestore()
  expect(selects.length).toBeGreaterThanOrEqual(3)
  for (const sql of selects) {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    expect(plan[0]!.detail, sql).toMatch(/device=\? AND (prev|head)=\?/)
  }
  database.close()
  rmSync(dir, { recursive: true, force: true })
})
