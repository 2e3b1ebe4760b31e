import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { figureTables, page, withTables } from "../document.ts"
import { assumed, cited, figuresOf, interpolate } from "../figure.ts"

it("docs/energy.md lists every figure of every profile as it is", () => {
  const markdown = readFileSync(page, "utf8")
  expect(withTables(markdown), "run node simulator/energy/document.ts").toBe(markdown)
  expect(markdown).toContain(
    "| esp32c6 | ieee802154.transmit | 305 | mA | ESP32-C6 data sheet v1.4, table 5-9, 20 dBm, peak |",
  )
  expect(figureTables().match(/\*\*assumed\*\*/g)!.length).toBeGreaterThan(50)
})

it("finds figures at any depth, and nothing else", () => {
  const profile = { a: cited(1, "mA", "there"), b: { c: assumed(2, "s", "so"), name: "x" }, f: () => 0, n: null }
  expect(figuresOf(profile).map(([path, { value }]) => [path, value])).toEqual([
    ["a", 1],
    ["b.c", 2],
  ])
})

it("curves are straight between their points and flat beyond", () => {
  const curve = [
    [0, 1],
    [1, 3],
    [2, 2],
  ] as const
  expect([-1, 0, 0.5, 1, 1.5, 2, 9].map((x) => interpolate(curve, x))).toEqual([1, 1, 2, 3, 2.5, 2, 2])
})
