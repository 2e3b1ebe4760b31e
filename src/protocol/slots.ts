/** Where in its epochs a device samples and reports (docs/protocol.md §9): known to both sides, told to neither. */
import type { EpochSchedule } from "./epochs.ts"

/** `batch` samples a report, one report every `interval` epochs. */
export interface Pace {
  batch: number
  interval: number
}

export interface Instant {
  /** unix ms */
  at: number
  /** the last one of its report: sign and send then, this is the device's slot */
  last: boolean
}

/** An assigned place is a number below this. */
export const SLOT_PARTS = 65_536

/** A device's own place between 0.05 and 0.85 of the time between two samples: off the boundaries of epochs. */
export function slotFraction(address: Uint8Array): number {
  const hash = address.slice(-4).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 32
  return 0.05 + 0.8 * hash
}

/** The first sampling instant after `after` (unix ms). A report's samples lie evenly in its interval of epochs. */
export function nextInstant(schedule: EpochSchedule, after: number, slot: number, { batch, interval }: Pace): Instant {
  const window = Math.floor((Math.max(schedule.epochAt(after), 1) - 1) / interval)
  for (let first = 1 + window * interval; ; first += interval) {
    const start = schedule.startOf(first)
    const spacing = (schedule.startOf(first + interval) - start) / batch
    let index = Math.max(0, Math.floor((after - start) / spacing - slot) + 1)
    // an instant that rounding put a hair below itself must not come again
    if (start + (index + slot) * spacing <= after) index++
    if (index < batch) return { at: start + (index + slot) * spacing, last: index === batch - 1 }
  }
}
