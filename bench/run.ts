/**
 * `npm run bench -- [NAME ...] [--json] [--check] [--gates]`: one line a figure. Every `bench/NAME.bench.ts` exports
 * `run()`, which returns its figures. A figure that misses its budget fails the run where it is deterministic
 * (`gate: "always"`), and, with `--check`, in any case. `--gates` prints and checks the deterministic ones only.
 */
import { readdirSync } from "node:fs"
import { parseArgs } from "node:util"

export interface Figure {
  name: string
  value: number
  unit: string
  /** what `value` must not pass, in the direction that `better` gives */
  budget?: number
  better?: "lower" | "higher"
  /** "always": the same on every machine, so CI holds it; "check" (default): depends on the machine */
  gate?: "always" | "check"
  /** set where the bench judges by itself */
  ok?: boolean
}

interface Bench {
  /** `gates`: only deterministic figures are wanted, so nothing need be timed. */
  run(options: { gates: boolean }): AsyncIterable<Figure> | Promise<Iterable<Figure>>
}

const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".bench.ts"))
  .map((file) => file.replace(".bench.ts", ""))

function judge(figure: Figure): boolean {
  const { value, budget, better = "lower", ok } = figure
  if (ok !== undefined) return ok
  return budget === undefined || (better === "lower" ? value <= budget : value >= budget)
}

function line({ name, value, unit, budget, better = "lower" }: Figure, ok: boolean): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
  const bound = budget === undefined ? "" : `(${better === "lower" ? "at most" : "at least"} ${budget}) `
  return `${name.padEnd(44)} ${rounded.toLocaleString("en").padStart(12)} ${unit.padEnd(18)} ${bound}${ok ? "" : "MISSED"}`
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, check: { type: "boolean" }, gates: { type: "boolean" } },
})
const unknown = positionals.filter((name) => !known.includes(name))
if (unknown.length) {
  console.error(`No bench named ${unknown.join(", ")}. There are: ${known.join(", ")}.`)
  process.exit(2)
}

let failed = 0
for (const name of positionals.length ? positionals : known) {
  const bench = (await import(`./${name}.bench.ts`)) as Bench
  for await (const figure of await bench.run({ gates: values.gates === true })) {
    const gate = figure.gate ?? "check"
    if (values.gates && gate !== "always") continue
    const ok = judge(figure)
    if (!ok && (gate === "always" || values.check)) failed++
    const { value, unit, budget } = figure
    console.log(values.json ? JSON.stringify({ name: figure.name, value, unit, budget, ok }) : line(figure, ok))
  }
}
if (failed) console.error(`${failed} figures missed their budget.`)
process.exit(failed ? 1 : 0)
