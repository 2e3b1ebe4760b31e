/** What anchoring owes to a gateway whose data came from a backup. */
import type { Store } from "../store/store.ts"

/**
 * The chain holds another anchor for an epoch from before the restore: the lost life made it. Ours was sent to nobody,
 * so its reports may go under a later one. `false`: no restore explains it, and nothing was changed.
 */
export function takeBack(store: Store): boolean {
  const [stuck] = store.anchors.unmined()
  if (!stuck || stuck.epoch >= store.incarnations.current.firstEpoch) return false
  store.transaction(() => store.anchors.discard(stuck.epoch))
  return true
}
