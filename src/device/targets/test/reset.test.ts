import { expect, test } from "vitest"
import { type CrashNatives, CrashRecord, resetReason, restAfter, wakeReason } from "../esp32/reset.ts"

/** crash.c, in a few lines: memory that a reset keeps. */
function memory() {
  let count = 0
  let stage = new Uint8Array(0)
  const natives: CrashNatives = {
    count: () => (stage.length > 0 ? ++count : count),
    stage: () => stage,
    enter: (next) => {
      stage = next.slice()
    },
    forget: () => {
      count = 0
    },
  }
  return natives
}

test("a wake that ends well leaves nothing to tell", () => {
  const natives = memory()
  const first = new CrashRecord(natives)
  expect([first.crashes, first.stage]).toEqual([0, ""])
  first.enter("wake")
  first.end()
  const second = new CrashRecord(natives)
  expect([second.crashes, second.stage]).toEqual([0, ""])
})

test("a board that crashes at every wake rests longer and longer, tries between, and forgets when it is well", () => {
  const natives = memory()
  new CrashRecord(natives).enter("radio")
  const rests: number[] = []
  for (let boot = 0; boot < 40; boot++) {
    const crash = new CrashRecord(natives)
    const rest = crash.stage === "" ? 0 : restAfter(crash.crashes)
    if (rest > 0) {
      rests.push(rest / 1e6)
      crash.rest()
    } else crash.enter("radio")
  }
  expect(rests.slice(0, 8)).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600])
  const crash = new CrashRecord(natives)
  crash.end()
  expect(new CrashRecord(natives).crashes).toBe(0)
})

test("reasons have names, unknown ones too", () => {
  expect([1, 4, 6, 9].map(resetReason)).toEqual(["power-on", "panic", "task watchdog", "brown-out"])
  expect(resetReason(99)).toBe("reason 99")
  expect([0, 1, 2, 7].map(wakeReason)).toEqual(["power-on", "timer", "pin", "power-on"])
})
