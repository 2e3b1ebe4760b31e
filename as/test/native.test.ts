/** The C made from the wasm, compiled for this machine, gives the same answers as the wasm. */
import { execFileSync } from "node:child_process"
import { expect } from "vitest"
import { type Case, edges, everything, signing, wycheproof } from "./cases.ts"
import { hex } from "./oracles.ts"
import { compile, testWith } from "./tools.ts"

function answers(program: string, cases: Case[]): string[] {
  const lines = cases.map(({ name, arguments: values }) =>
    [name, ...values.map((value) => hex(value) || "-")].join(" "),
  )
  const output = execFileSync(program, { input: `${lines.join("\n")}\n`, encoding: "utf8", maxBuffer: 1 << 26 })
  return output
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ").slice(0, 2).join(" "))
}

testWith(["cc"])(
  "native C: every access is naturally aligned, as cores without unaligned loads need it",
  () => {
    const program = compile("aligned", ["shell.c", "host.c"], ["-O1", "-DDORMOUSE_CHECK_ALIGNMENT"])
    const cases = [...edges(), ...everything(20, 9)]
    expect(answers(program, cases)).toEqual(cases.map(({ answer }) => answer))
  },
  120_000,
)

testWith(["cc"])(
  "native C: vectors, edges, every function, 10,000 signatures",
  () => {
    const program = compile("shell", ["shell.c", "host.c"])
    for (const cases of [wycheproof(), edges(), everything(60, 5), signing(10_000, 6)]) {
      if (cases.length > 0) expect(answers(program, cases)).toEqual(cases.map(({ answer }) => answer))
    }
  },
  120_000,
)
