import { describe, expect, it } from "vitest"
import { seededRandom, TestClock } from "../../test/support/harness.ts"
import { Admission } from "../admission.ts"
import { Drain } from "../drain.ts"
import { Lanes } from "../lanes.ts"

function drain<T>(lanes: Lanes<T>): T[] {
  const out: T[] = []
  while (lanes.size > 0) out.push(lanes.take()!)
  return out
}

describe("lanes", () => {
  it("let live reports go first, and one of the backlog after every third", () => {
    const lanes = new Lanes<string>()
    for (let i = 0; i < 3; i++) lanes.push("backlog", i, `b${i}`)
    for (let i = 0; i < 5; i++) lanes.push("live", i, `l${i}`)
    expect(drain(lanes).join(" ")).toBe("l0 l1 l2 b0 l3 l4 b1 b2")
    expect(lanes.take()).toBeUndefined()
  })

  it("keep the order of arrival, where each device says one thing", () => {
    const lanes = new Lanes<number>()
    for (let i = 0; i < 100; i++) lanes.push("live", (i * 37) % 101, i)
    expect(drain(lanes)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it("give every device its turn, however much another has to say, and keep the order of each", () => {
    const lanes = new Lanes<string>()
    for (let i = 0; i < 4; i++) lanes.push("backlog", 1, `a${i}`)
    lanes.push("backlog", 2, "b0")
    lanes.push("backlog", 3, "c0")
    lanes.push("backlog", 2, "b1")
    expect(drain(lanes).join(" ")).toBe("a0 b0 c0 a1 b1 a2 a3")
  })
})

describe("admission", () => {
  const open = (limit = 64, clock = new TestClock()) => ({
    clock,
    admission: new Admission({ clock, random: seededRandom(1), limit }),
  })
  const fill = (admission: Admission, lane: "live" | "backlog") => {
    const leave: (() => void)[] = []
    for (let next = admission.enter(lane, 1); next; next = admission.enter(lane, 1)) leave.push(next)
    return leave
  }

  it("leaves places for live reports when the backlog has all it may have, and the other way round", () => {
    const { admission } = open()
    expect(fill(admission, "backlog")).toHaveLength(32)
    expect(fill(admission, "live")).toHaveLength(32)
    expect(admission.held).toBe(64)
    const other = open().admission
    expect(fill(other, "live")).toHaveLength(60)
    expect(fill(other, "backlog")).toHaveLength(4)
  })

  it("takes all reports of a lane or none, and gives places back", () => {
    const { admission } = open(8)
    const leave = admission.enter("live", 5)!
    expect(admission.enter("live", 4)).toBeUndefined()
    leave()
    expect([admission.held, admission.enter("live", 8) !== undefined, admission.held]).toEqual([0, true, 8])
  })

  it("counts a request without reports, or they would be without bound", () => {
    const { admission } = open(8)
    for (let i = 0; i < 8; i++) expect(admission.enter("live", 0)).toBeDefined()
    expect(admission.enter("live", 0)).toBeUndefined()
  })

  it("says a time by the rate at which the queue empties, spread by chance", async () => {
    const { admission, clock } = open(10_000)
    expect(admission.retryAfter()).toBeGreaterThanOrEqual(1_000)
    const leave = Array.from({ length: 50 }, () => admission.enter("live", 100)!)
    // 100 reports in 100 ms each
    for (const next of leave.slice(0, 40)) {
      await clock.advance(100)
      next()
    }
    const times = Array.from({ length: 200 }, () => admission.retryAfter())
    // 1,000 wait, at 1 a ms: a second at least, two at most
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1_000)
    expect(Math.max(...times)).toBeLessThanOrEqual(2_001)
    expect(new Set(times).size).toBeGreaterThan(50)
    for (let i = 0; i < 40; i++) admission.enter("live", 100)
    // 5,000 wait
    expect(admission.retryAfter()).toBeGreaterThan(4_500)
  })

  it("asks nobody to wait longer than a minute", async () => {
    const { admission, clock } = open(10_000)
    const leave = [admission.enter("live", 1)!, admission.enter("live", 9_000)]
    await clock.advance(10_000)
    leave[0]!()
    expect(admission.retryAfter()).toBe(60_000)
  })
})

describe("the rate", () => {
  it("is that of the time in which something waited, and forgets", async () => {
    const clock = new TestClock()
    const queue = new Drain(clock)
    expect(queue.estimate).toBeUndefined()
    const pass = async (ms: number) => {
      queue.enter(10)
      await clock.advance(ms)
      queue.leave(10)
    }
    await pass(100)
    await clock.advance(3_600_000)
    queue.enter(10)
    expect(queue.estimate).toBeCloseTo(100, 0)
    queue.leave(10)
    for (let i = 0; i < 100; i++) await pass(1_000)
    queue.enter(10)
    expect(queue.estimate).toBeCloseTo(1_000, 0)
  })
})
