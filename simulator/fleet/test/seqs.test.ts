import fc from "fast-check"
import { expect, it } from "vitest"
import { SeqRanges } from "../seqs.ts"

it("holds what a set holds", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60)), (numbers) => {
      const ranges = new SeqRanges()
      const set = new Set<number>()
      for (const number of numbers) {
        ranges.add(number)
        set.add(number)
        expect(ranges.size).toBe(set.size)
      }
      expect([...ranges]).toEqual([...set].sort((a, b) => a - b))
      for (let i = 0; i <= 61; i++) expect(ranges.has(i)).toBe(set.has(i))
    }),
  )
})
