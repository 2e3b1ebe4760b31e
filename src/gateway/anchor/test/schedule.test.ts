import { describe, expect, it } from "vitest"
import { openSchedule, readSchedule } from "../schedule.ts"

function memory() {
  const values = new Map<string, unknown>()
  const settings = {
    get: (name: string) => values.get(name),
    set: (name: string, value: unknown) => values.set(name, value),
  }
  return { settings } as unknown as Parameters<typeof openSchedule>[0]
}

const START = 1_800_000_003_456

describe("epoch schedule of a gateway", () => {
  it("begins with the first start, aligned down to the length, and stays", () => {
    const store = memory()
    expect(openSchedule(store, START, 10_000, 1).periods).toEqual([
      { first: 1, start: 1_800_000_000_000, length: 10_000 },
    ])
    const later = openSchedule(store, START + 3_600_000, undefined, 1)
    expect(later.epochAt(START)).toBe(1)
    expect(readSchedule(store)).toEqual(later)
  })

  it("takes another length from the next epoch on", () => {
    const store = memory()
    openSchedule(store, START, undefined, 10_000)
    const changed = openSchedule(store, START + 10_000, 60_000, 1)
    expect(changed.periods[1]).toEqual({ first: 3, start: 1_800_000_020_000, length: 60_000 })
    expect(openSchedule(store, START + 10_000, 60_000, 1)).toEqual(changed)
  })

  it("replaces a change that has not begun, and drops it where it is taken back", () => {
    const store = memory()
    openSchedule(store, START, 10_000, 1)
    openSchedule(store, START, 60_000, 1)
    expect(openSchedule(store, START, 5_000, 1).periods.map(({ length }) => length)).toEqual([10_000, 5_000])
    expect(openSchedule(store, START, 10_000, 1).periods).toHaveLength(1)
  })
})
