import { describe, expect, test } from "vitest"
import { type Ack, EpochSchedule, type Period, periodsOf } from "../index.ts"
import { codeOf } from "./helper.ts"

const start = 1_700_000_000_000
const schedule = new EpochSchedule([{ first: 1, start, length: 10_000 }]).change(11, 60_000)

test("epoch of a moment and start of an epoch, across a change of length", () => {
  expect(schedule.epochAt(start - 1)).toBe(0)
  expect(schedule.epochAt(start)).toBe(1)
  expect(schedule.epochAt(start + 99_999)).toBe(10)
  expect(schedule.epochAt(start + 100_000)).toBe(11)
  expect(schedule.epochAt(start + 159_999)).toBe(11)
  expect(schedule.epochAt(start + 160_000)).toBe(12)
  for (let epoch = 1; epoch < 40; epoch++) {
    expect(schedule.epochAt(schedule.startOf(epoch))).toBe(epoch)
    expect(schedule.epochAt(schedule.startOf(epoch) - 1)).toBe(epoch - 1)
    expect(schedule.startOf(epoch) + schedule.lengthOf(epoch)).toBe(schedule.startOf(epoch + 1))
  }
})

describe("refuses", () => {
  test.each<[string, Period[]]>([
    ["no period", []],
    ["a length of 0", [{ first: 1, start, length: 0 }]],
    ["a length that is not a number", [{ first: 1, start, length: Number.NaN }]],
    [
      "an order that falls",
      [
        { first: 5, start, length: 1000 },
        { first: 2, start: start - 3000, length: 1000 },
      ],
    ],
    [
      "a gap",
      [
        { first: 1, start, length: 1000 },
        { first: 3, start: start + 2001, length: 1000 },
      ],
    ],
  ])("%s", (_, periods) => expect(codeOf(() => new EpochSchedule(periods))).toBe("E_SCHEDULE"))
})

test("the device's schedule from an ack is the gateway's", () => {
  const time = start + 95_400
  const phase = { epoch: 10, since: 5_400, length: 10_000, next: { first: 11, length: 60_000 } }
  const seen = new EpochSchedule(periodsOf({ time, phase } as Ack))
  for (let epoch = 10; epoch < 20; epoch++) expect(seen.startOf(epoch)).toBe(schedule.startOf(epoch))
  const { next: _, ...now } = phase
  expect(periodsOf({ time, phase: now } as Ack)).toEqual([{ first: 10, start: start + 90_000, length: 10_000 }])
})
