/** The crypto C on bare-metal RISC-V: the same answers as the wasm, within the budgets of instructions and bytes. */
import { expect, test } from "vitest"
import { type Case, edges, everything, signing, wycheproof } from "../../../../as/test/cases.ts"
import { Machine } from "../machine.ts"
import { build, cryptoShell, symbols } from "../toolchain.ts"
import { skip, suffix } from "./tools.ts"

test.skipIf(skip)(
  `rv32: vectors, edges, every function, random signatures${suffix}`,
  { timeout: 120_000 },
  async () => {
    const machine = new Machine(build("crypto", cryptoShell))
    try {
      const instructions: Record<string, number[]> = {}
      const check = async ({ name, arguments: values, answer }: Case) => {
        const { status, result, instructions: count } = await machine.call(name, ...values)
        expect(`${status} ${result || "-"}`, name).toBe(answer)
        if (status === 0) instructions[name] = [...(instructions[name] ?? []), count]
      }
      await machine.call("randomize", new Uint8Array(32)) // the first call of all sets the instance up
      const some = wycheproof().filter((_, i) => i % 4 === 0)
      for (const one of [...edges(), ...everything(3, 11), ...signing(60, 12), ...some]) await check(one)
      expect(Math.max(...instructions.sign!)).toBeLessThanOrEqual(1_000_000)
      // Constant time: no signature costs one instruction more than another.
      expect(new Set(instructions.sign).size).toBe(1)
    } finally {
      machine.stop()
    }
  },
)

test.skipIf(skip)(`rv32: code and RAM${suffix}`, () => {
  const list = symbols(build("crypto", cryptoShell)).filter(({ name }) =>
    /^(w2c_|Z_crypto|dormouse_|instance$)/.test(name),
  )
  const sum = (kind: RegExp) => list.filter(({ type }) => kind.test(type)).reduce((total, { size }) => total + size, 0)
  const table = list.find(({ name }) => name === "dormouse_comb_table")!.size
  expect(table).toBeLessThanOrEqual(24 * 1024)
  expect(sum(/t/i) + sum(/r/i) - table).toBeLessThanOrEqual(52 * 1024)
  expect(sum(/b/i)).toBeLessThanOrEqual(10 * 1024)
})
