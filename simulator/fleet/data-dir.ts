/** Where a simulation keeps its things: `flash/NNNN.bin` a device, `fleet.json`, and beside them the gateway's own. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { DormouseError } from "../../src/protocol/index.ts"
import type { LinkShare } from "./link-shares.ts"

/** What a later run on the same directory must know. */
export interface FleetRecord {
  devices: number
  /** absent: all on `wifi` */
  links?: readonly LinkShare[]
  batch: number
  /** runs so far: each replays other stretches of the recording */
  runs: number
}

export interface DataDir {
  path: string
  /** of an earlier run */
  record: FleetRecord | undefined
  save(record: FleetRecord): void
  flash(index: number): string
  /** Another simulation may have the directory now. */
  release(): void
}

/**
 * Opens `path` for this process alone; `fresh` empties it first. Throws `E_DATA_BUSY` where another simulation runs on
 * it: two processes on one flash image would be a cloned device.
 */
export function openDataDir(path: string, fresh: boolean): DataDir {
  const dir = resolve(path)
  const lock = join(dir, "fleet.lock")
  const holder = holderOf(lock)
  if (holder !== undefined)
    throw new DormouseError(
      "E_DATA_BUSY",
      `Another simulation (process ${holder}) uses ${dir}: stop it, or give another --data directory.`,
    )
  if (fresh) rmSync(dir, { recursive: true, force: true })
  mkdirSync(join(dir, "flash"), { recursive: true })
  writeFileSync(lock, `${process.pid}\n`)
  const file = join(dir, "fleet.json")
  return {
    path: dir,
    record: existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined,
    save: (record) => {
      writeFileSync(`${file}.new`, `${JSON.stringify(record)}\n`)
      renameSync(`${file}.new`, file)
    },
    flash: (index) => join(dir, "flash", `${String(index + 1).padStart(4, "0")}.bin`),
    release: () => rmSync(lock, { force: true }),
  }
}

/** The process that holds the lock, where it lives. */
function holderOf(lock: string): number | undefined {
  if (!existsSync(lock)) return undefined
  const pid = Number(readFileSync(lock, "utf8"))
  if (!(pid > 0) || pid === process.pid) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? pid : undefined
  }
}
