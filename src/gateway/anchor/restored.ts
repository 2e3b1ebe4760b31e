/** What anchoring owes to a gateway whose data came from a backup. */
import type { Store } from "../store/store.ts"

/** Names what the restore lost for good, as far as devices have shown it; of how many devices. */
export function nameLosses(store: Store): number {
  const { current } = store.incarnations
  if (current.number === 1) return 0
  return store.transaction(() => {
    const devices = store.losses.name(current)
    for (const id of devices) {
      const device = store.devices.byId(id)!
      // Else `have` would stand still for ever, and the device could not see the next restore.
      store.reports.link.pass(device)
      store.devices.save(device)
    }
    return devices.length
  })
}

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
