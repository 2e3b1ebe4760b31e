import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Heap } from "../virtual/heap.ts"
import { VirtualScheduler } from "../virtual/scheduler.ts"

describe("a heap", () => {
  it("gives back in order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const heap = new Heap<number>((a, b) => a < b)
        for (const number of numbers) heap.push(number)
        expect(Array.from(numbers, () => heap.pop())).toEqual([...numbers].sort((a, b) => a - b))
        expect(heap.pop()).toBeUndefined()
      }),
    )
  })
})

describe("virtual time", () => {
  it("goes from event to event, in the order of time and of asking", async () => {
    const scheduler = new VirtualScheduler()
    const happened: [string, number][] = []
    const note = (name: string) => () => void happened.push([name, scheduler.now()])
    scheduler.at(20, note("c"))
    scheduler.at(10, note("a"))
    scheduler.at(10, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      note("b")()
      scheduler.at(3, note("past")) // at once, and still behind what was asked for before
    })
    scheduler.at(10, note("b2"))
    scheduler.at(15, note("never")).cancel()
    await scheduler.runUntil(15)
    expect(happened.map(([name]) => name)).toEqual(["a", "b", "b2", "past"])
    expect(scheduler.now()).toBe(15)
    await scheduler.runUntil(100)
    expect(happened.at(-1)).toEqual(["c", 20])
    expect(scheduler.now()).toBe(100)
  })

  it("stops where an action fails", async () => {
    const scheduler = new VirtualScheduler()
    scheduler.at(1, () => Promise.reject(new Error("broken")))
    await expect(scheduler.runUntil(2)).rejects.toThrow("broken")
  })
})
