/** When a device samples, reports and polls: its slots in the epochs, spread over the fleet by its address. */
import type { EpochSchedule } from "../protocol/epochs.ts"

/** How a device measures: `batch` samples a report, one report every `interval` epochs. */
export interface Settings {
  batch: number
  interval: number
  /** ms of a fixed guard: a device that learns nothing of its oscillator, to compare with; absent: learned */
  guard?: number
}

export interface Instant {
  /** unix ms */
  at: number
  /** the last one of its report: sign and send then */
  last: boolean
}

/** A device's place between 0.05 and 0.85 of a slot: off the boundaries, where an early or late wake would cross them. */
export function slotFraction(address: Uint8Array): number {
  const hash = address.slice(-4).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 32
  return 0.05 + 0.8 * hash
}

/** The first sampling instant after `after` (unix ms). A report's samples lie evenly in its interval of epochs. */
export function nextInstant(schedule: EpochSchedule, after: number, slot: number, settings: Settings): Instant {
  const { batch, interval } = settings
  const window = Math.floor((Math.max(schedule.epochAt(after), schedule.periods[0]!.first) - 1) / interval)
  for (let first = 1 + window * interval; ; first += interval) {
    const start = schedule.startOf(first)
    const spacing = (schedule.startOf(first + interval) - start) / batch
    const index = Math.max(0, Math.floor((after - start) / spacing - slot) + 1)
    if (index < batch) return { at: start + (index + slot) * spacing, last: index === batch - 1 }
  }
}

/** When to ask for what is outstanding without a report to send: once an epoch, well inside it. */
export function nextPoll(schedule: EpochSchedule, after: number, slot: number): number {
  const pollIn = (epoch: number) => schedule.startOf(epoch) + schedule.lengthOf(epoch) * (0.3 + slot / 2)
  const epoch = schedule.epochAt(after)
  return pollIn(epoch) > after + 1 ? pollIn(epoch) : pollIn(epoch + 1)
}

/** Milliseconds between samples around `at` (unix ms). */
export function spacing(schedule: EpochSchedule, at: number, { batch, interval }: Settings): number {
  return (schedule.lengthOf(schedule.epochAt(at)) * interval) / batch
}

/** Start (unix ms) of the first interval of epochs that begins after `after`. */
export function nextWindow(schedule: EpochSchedule, after: number, { interval }: Settings): number {
  return schedule.startOf(1 + (Math.floor((schedule.epochAt(after) - 1) / interval) + 1) * interval)
}
