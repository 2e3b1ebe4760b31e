/** How a device measures, and when it does what is not in a slot. */
import type { EpochSchedule } from "../protocol/epochs.ts"
import type { Pace } from "../protocol/slots.ts"

export interface Settings extends Pace {
  /** ms of a fixed guard: a device that learns nothing of its oscillator, to compare with; absent: learned */
  guard?: number
}

/** When to ask for what is outstanding without a report to send: once an epoch, well inside it. */
export function nextPoll(schedule: EpochSchedule, after: number, slot: number): number {
  const pollIn = (epoch: number) => schedule.startOf(epoch) + schedule.lengthOf(epoch) * (0.3 + slot / 2)
  const epoch = schedule.epochAt(after)
  return pollIn(epoch) > after + 1 ? pollIn(epoch) : pollIn(epoch + 1)
}

/** Milliseconds between samples around `at` (unix ms). */
export function spacing(schedule: EpochSchedule, at: number, { batch, interval }: Pace): number {
  return (schedule.lengthOf(schedule.epochAt(at)) * interval) / batch
}

/** Start (unix ms) of the first interval of epochs that begins after `after`. */
export function nextWindow(schedule: EpochSchedule, after: number, { interval }: Pace): number {
  return schedule.startOf(1 + (Math.floor((schedule.epochAt(after) - 1) / interval) + 1) * interval)
}
