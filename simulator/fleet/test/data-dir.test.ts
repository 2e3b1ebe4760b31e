import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { openDataDir } from "../data-dir.ts"

describe("data directory", () => {
  it("keeps what a run leaves, and is emptied only on demand", () => {
    const path = join(mkdtempSync(join(tmpdir(), "dormouse-")), "data")
    const first = openDataDir(path, false)
    expect(first.record).toBeUndefined()
    first.save({ devices: 3, batch: 6, runs: 1 })
    writeFileSync(first.flash(0), "flash")
    first.release()

    const second = openDataDir(path, false)
    expect(second.record).toEqual({ devices: 3, batch: 6, runs: 1 })
    expect(readFileSync(join(path, "flash", "0001.bin"), "utf8")).toBe("flash")
    second.release()

    const third = openDataDir(path, true)
    expect(third.record).toBeUndefined()
    expect(existsSync(third.flash(0))).toBe(false)
    third.release()
  })

  it("belongs to one simulation at a time", () => {
    const path = mkdtempSync(join(tmpdir(), "dormouse-"))
    writeFileSync(join(path, "fleet.lock"), `${process.ppid}\n`)
    expect(() => openDataDir(path, true)).toThrow(`Another simulation (process ${process.ppid}) uses ${path}`)
    // left behind by a process that was killed
    writeFileSync(join(path, "fleet.lock"), "4194305\n")
    openDataDir(path, false).release()
    expect(existsSync(join(path, "fleet.lock"))).toBe(false)
  })
})
