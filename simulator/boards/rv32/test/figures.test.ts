/** The figures of `npm run bench -- boards` are the same in every run. */
import { expect, test } from "vitest"
import { boardFigures } from "../../../../bench/boards/figures.ts"
import { skip, suffix } from "./tools.ts"

test.skipIf(skip)(`rv32: two runs, the same figures${suffix}`, { timeout: 240_000 }, async () => {
  const figures = await boardFigures()
  expect(await boardFigures()).toEqual(figures)
  const { wake, ram } = figures
  // What the phases are measured by was found in the board's lines.
  expect(Object.values(wake.phases).every((count) => count > 0)).toBe(true)
  expect(Object.values(wake.phases).reduce((sum, count) => sum + count)).toBe(wake.total)
  expect(Object.values(ram).every((bytes) => bytes > 0)).toBe(true)
})
