import { EpochSchedule, type Period } from "../../protocol/epochs.ts"
import type { Store } from "../store/store.ts"

const NAME = "schedule"

/**
 * The gateway's epochs, which outlive the process. Epoch 1 starts with the gateway's first start, aligned down to the
 * length; another length at a later start holds from the next epoch on.
 */
export function openSchedule(
  store: Pick<Store, "settings">,
  now: number,
  length: number | undefined,
  fallback: number,
): EpochSchedule {
  const known = readSchedule(store)
  const schedule = known
    ? withLength(known, now, length ?? known.periods.at(-1)!.length)
    : new EpochSchedule([firstPeriod(now, length ?? fallback)])
  if (schedule !== known) store.settings.set(NAME, JSON.stringify(schedule.periods))
  return schedule
}

/** The stored schedule, for those who only read. */
export function readSchedule(store: Pick<Store, "settings">): EpochSchedule | undefined {
  const text = store.settings.get<string>(NAME)
  return text === undefined ? undefined : new EpochSchedule(JSON.parse(text) as Period[])
}

function firstPeriod(now: number, length: number): Period {
  return { first: 1, start: now - (now % length), length }
}

function withLength(schedule: EpochSchedule, now: number, length: number): EpochSchedule {
  const epoch = Math.max(1, schedule.epochAt(now))
  // A change that was announced but has not begun is replaced.
  const begun = schedule.periods.filter(({ first }) => first <= epoch)
  if (schedule.periods.at(-1)!.length === length) return schedule
  const current = begun.length === schedule.periods.length ? schedule : new EpochSchedule(begun)
  return current.lengthOf(epoch) === length ? current : current.change(epoch + 1, length)
}
