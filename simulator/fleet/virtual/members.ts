/** The devices of a scenario, one by one: groups in order, and behind all of them the naive twins. */
import { oscillators } from "../../energy/oscillators.ts"
import { media } from "../../radio/profiles.ts"
import type { Group, Scenario } from "../../scenarios/scenario.ts"

export interface Member {
  index: number
  group: Group
  /** of `recordsOf`: a group's own, or that of its twins */
  record: number
  /** the device that it is compared with: same clock, weather, channel and sensor, but a fixed guard and nothing learned */
  twinOf?: number
  /** ms */
  guard?: number
}

/** Links whose gateway calls each device at its slot. */
const SLOTTED = ["802154"]
/** No fixed guard is shorter (assumed): what a programmer leaves for all that is not the oscillator. */
const LEAST_GUARD_MS = 50

export function isSlotted({ medium }: Group): boolean {
  return SLOTTED.includes(media[medium].link)
}

export function membersOf({ groups, epoch }: Scenario): Member[] {
  const members = groups.flatMap((group, record) =>
    Array.from({ length: group.count }, (): Omit<Member, "index"> => ({ group, record })),
  )
  let first = 0
  let record = groups.length
  for (const group of groups) {
    const { naive, count, interval, oscillator } = group
    const rated = 2 * oscillators[oscillator].rated.value * 1e-6 * (interval * epoch)
    const guard = Math.ceil((naive?.guard ?? Math.max(rated, LEAST_GUARD_MS * 1000)) / 1000)
    for (let i = 0; naive && i < Math.min(count, naive.count); i++)
      members.push({ group, record, twinOf: first + i, guard })
    first += count
    if (naive) record++
  }
  return members.map((member, index) => ({ ...member, index }))
}

/** Of a device and its twin the same: what decides all chance around it. */
export const placeOf = ({ index, twinOf }: Member): number => twinOf ?? index
