/** A store that came from a backup begins a new incarnation before its chain seals anything. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { readSchedule } from "../anchor/schedule.ts"
import type { Logger } from "../log.ts"
import type { Incarnation, RestoreMark } from "../store/incarnations.ts"
import type { Store } from "../store/store.ts"
import { BackupError } from "./errors.ts"
import type { SealedBy } from "./vanity.ts"

/** The incarnation that the gateway is in from now on. Throws `E_BACKUP_KEYS`. */
export function beginIncarnation(store: Store, dataDir: string, now: number, log: Logger): Incarnation {
  const { mark } = store.incarnations
  if (!mark) return store.incarnations.current
  requireKeys(dataDir, mark)
  const begun = store.transaction(() => store.incarnations.begin(mark, now, firstEpoch(store, mark, now)))
  store.devices.forget() // their rows were changed behind the cache
  const { number, firstEpoch: epoch, height } = begun
  log.warn(
    { incarnation: number, backup: mark.backup, height, epoch },
    "restored from a backup: a new incarnation begins",
  )
  return begun
}

/** The same for who only looks: nothing is changed. */
export function nextIncarnation(store: Store, dataDir: string): SealedBy {
  const { mark, current } = store.incarnations
  if (!mark) return current
  requireKeys(dataDir, mark)
  return { number: current.number + 1, height: mark.height, startedAt: mark.takenAt }
}

/**
 * An epoch that the lost life cannot have anchored: it anchored what had ended, and it ended before now. (A clock that is
 * behind must not undo that, so whatever the store proves to be past counts too.)
 */
function firstEpoch(store: Store, { takenAt }: RestoreMark, now: number): number {
  const schedule = readSchedule(store)
  const last = store.anchors.last()?.epoch ?? 0
  return Math.max(last + 1, schedule?.epochAt(Math.max(now, takenAt)) ?? 1)
}

/** Where they are missing, a start would make new ones, and nobody would know the gateway again. */
function requireKeys(dataDir: string, { keys }: RestoreMark): void {
  const missing = keys.filter((name) => !existsSync(join(dataDir, "keys", `${name}.json`)))
  if (missing.length === 0) return
  const files = missing.map((name) => `keys/${name}.json`).join(", ")
  throw new BackupError("E_BACKUP_KEYS", `The backup came without keys: put ${files} into ${dataDir} first.`)
}
