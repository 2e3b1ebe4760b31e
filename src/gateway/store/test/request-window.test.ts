import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { freshWindow, isUsed, markUsed } from "../request-window.ts"

describe("request window", () => {
  it("takes no number twice, and none that is 32 or more below the highest", () => {
    const window = { ...freshWindow }
    expect(isUsed(window, 0)).toBe(true)
    for (const request of [1, 5, 4, 70]) {
      expect(isUsed(window, request)).toBe(false)
      markUsed(window, request)
      expect(isUsed(window, request)).toBe(true)
    }
    expect(isUsed(window, 39)).toBe(false)
    expect(isUsed(window, 38)).toBe(true)
    markUsed(window, 2 ** 40 - 1)
    expect(isUsed(window, 71)).toBe(true)
  })

  it("agrees with a set of all numbers ever used", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 80 }), (requests) => {
        const window = { ...freshWindow }
        const used = new Set([0])
        for (const request of requests) {
          const highest = Math.max(...used)
          expect(isUsed(window, request)).toBe(used.has(request) || request <= highest - 32)
          if (isUsed(window, request)) continue
          markUsed(window, request)
          used.add(request)
        }
      }),
    )
  })
})
