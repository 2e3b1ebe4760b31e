import { existsSync } from "node:fs"
import { join } from "node:path"
import { lockDirectory } from "../lock.ts"
import type { Clock } from "../ports.ts"
import type { RestoreMark } from "../store/incarnations.ts"
import { Store } from "../store/store.ts"
import { BackupError } from "./errors.ts"
import { headOf } from "./head.ts"

/**
 * Marks a data directory that was set back by other means than ours (a snapshot of the disk) as what it is: its gateway,
 * which must not run now, begins a new incarnation at its next start.
 */
export function declareRestored(dataDir: string, clock: Pick<Clock, "now">): RestoreMark {
  const paths = ["gateway.sqlite", "chain.sqlite"].map((name) => join(dataDir, name))
  const missing = paths.find((path) => !existsSync(path))
  if (missing) throw new BackupError("E_BACKUP_SOURCE", `${missing} is not there: there is nothing to declare.`)
  const unlock = lockDirectory(dataDir)
  try {
    const store = new Store(paths[0]!)
    try {
      const mark = { backup: "declared", takenAt: clock.now(), height: headOf(paths[1]!).height, keys: [] }
      store.incarnations.setMark(mark)
      return mark
    } finally {
      store.close()
    }
  } finally {
    unlock()
  }
}
