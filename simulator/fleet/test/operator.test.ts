import { describe, expect, it } from "vitest"
import { Operator } from "../operator.ts"
import { VirtualScheduler } from "../virtual/scheduler.ts"

describe("operator", () => {
  it("approves those who ask together in one go, and those who ask meanwhile in the next", async () => {
    const scheduler = new VirtualScheduler()
    const approved: string[][] = []
    const operator = new Operator(
      scheduler,
      async (addresses) => {
        approved.push(addresses)
        if (approved.length === 1) operator.ask("c")
      },
      () => {},
    )
    operator.ask("a")
    operator.ask("b")
    operator.ask("a")
    await scheduler.runUntil(10_000_000)
    expect(approved).toEqual([["a", "b"], ["c"]])
  })

  it("tries again after a failure, and says so", async () => {
    const scheduler = new VirtualScheduler()
    const errors: unknown[] = []
    let calls = 0
    const operator = new Operator(
      scheduler,
      async () => {
        if (++calls === 1) throw new Error("chain busy")
      },
      (error) => errors.push(error),
    )
    operator.ask("a")
    await scheduler.runUntil(10_000_000)
    expect(calls).toBe(2)
    expect(errors).toEqual([new Error("chain busy")])
  })

  it("does nothing after it was stopped", async () => {
    const scheduler = new VirtualScheduler()
    let calls = 0
    const operator = new Operator(
      scheduler,
      async () => calls++,
      () => {},
    )
    operator.ask("a")
    operator.stop()
    operator.ask("b")
    await scheduler.runUntil(10_000_000)
    expect(calls).toBe(0)
  })
})
