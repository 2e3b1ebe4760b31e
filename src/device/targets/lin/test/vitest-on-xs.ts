/** vitest's `test` and `expect` for a bundle that runs on XS: vitest's own judge, one test after the other. */
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect"
import * as chai from "chai"

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin)

export const expect = chai.expect

type Body = () => unknown
const tests: { name: string; body: Body }[] = []
let group = ""

/** Options ahead of the body are limits of time: none here. */
export function test(name: string, ...rest: unknown[]): void {
  tests.push({ name: group + name, body: rest.find((part) => typeof part === "function") as Body })
}

test.each =
  <T>(cases: readonly T[]) =>
  (name: string, ...rest: unknown[]) => {
    const body = rest.find((part) => typeof part === "function") as (...values: unknown[]) => unknown
    for (const value of cases) {
      const values = Array.isArray(value) ? value : [value]
      test(name.replace(/%[dsi]/, String(values[0])), () => body(...values))
    }
  }

export { test as it }

export function describe(name: string, ...rest: unknown[]): void {
  group = `${name}: `
  ;(rest.find((part) => typeof part === "function") as Body)()
  group = ""
}

/** Prints a line for each test; how many failed. */
export async function runTests(print: (line: string) => void): Promise<number> {
  let failed = 0
  for (const { name, body } of tests) {
    try {
      await body()
      print(`ok ${name}`)
    } catch (error) {
      failed++
      print(`failed ${name}: ${(error as Error).message}`)
    }
  }
  return failed
}
