/** The epoch schedule: which epoch a moment belongs to. Epochs count from 1; 0 means "time not known". */
import { DormouseError } from "./errors.ts"

/** From epoch `first` on, which starts at `start` (unix ms), every epoch lasts `length` ms. */
export interface Period {
  first: number
  start: number
  length: number
}

export class EpochSchedule {
  readonly periods: readonly Period[]

  /** `periods` in order, each starting where an epoch of the one before it ends. Throws `E_SCHEDULE`. */
  constructor(periods: readonly Period[]) {
    if (periods.length === 0) throw new DormouseError("E_SCHEDULE", "An epoch schedule needs one period at least.")
    periods.forEach((period, i) => {
      const before = periods[i - 1]
      if (!(period.length > 0)) refuse(period, "its length must be above 0")
      if (before && !(period.first > before.first)) refuse(period, "its first epoch must come after the one before it")
      if (before && period.start !== startIn(before, period.first)) refuse(period, "it must start where an epoch ends")
    })
    this.periods = periods
  }

  /** Epoch at unix time `ms`; 0 before the first one. */
  epochAt(ms: number): number {
    // A device knows only the period it lives in: earlier epochs are reckoned back from it.
    const period = this.periods.findLast(({ start }) => start <= ms) ?? this.periods[0]!
    return Math.max(0, period.first + Math.floor((ms - period.start) / period.length))
  }

  /** Unix ms at which `epoch` starts. */
  startOf(epoch: number): number {
    return startIn(this.periodOf(epoch), epoch)
  }

  lengthOf(epoch: number): number {
    return this.periodOf(epoch).length
  }

  periodOf(epoch: number): Period {
    return this.periods.findLast(({ first }) => first <= epoch) ?? this.periods[0]!
  }

  /** The schedule with another epoch length from `first` on. */
  change(first: number, length: number): EpochSchedule {
    return new EpochSchedule([...this.periods, { first, start: this.startOf(first), length }])
  }
}

function startIn(period: Period, epoch: number): number {
  return period.start + (epoch - period.first) * period.length
}

function refuse(period: Period, why: string): never {
  throw new DormouseError("E_SCHEDULE", `Period from epoch ${period.first} (${period.length} ms): ${why}.`)
}
