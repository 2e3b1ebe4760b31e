/**
 * A compressed soak: as many reports as `DORMOUSE_SOAK_REPORTS` says (default 24,000; 2,000,000 shows what a month of a
 * fleet does to memory), anchored every five seconds. Memory of the gateway's process at each quarter.
 */
import { Bed, expectAll } from "./ingest/end-to-end.ts"
import type { Flood } from "./ingest/generator.ts"
import type { Figure } from "./run.ts"

const REPORTS = Number(process.env.DORMOUSE_SOAK_REPORTS ?? 24_000)
const DEVICES = 256
/** As a device sends that has been away: the newest, and backlog behind it. */
const REPORTS_A_REQUEST = 6
const WINDOW = 64
const QUARTERS = 4
/** What the last quarter may add, relative to the first. */
const MOST_GROWTH = 0.15

export async function* run({ gates = false } = {}): AsyncGenerator<Figure> {
  if (gates) return
  const bed = await Bed.open(DEVICES)
  try {
    const requests = Math.ceil(REPORTS / REPORTS_A_REQUEST / QUARTERS)
    const rss: number[] = []
    let [ms, before] = [0, await bed.usage()]
    const first = before
    for (let quarter = 1; quarter <= QUARTERS; quarter++) {
      const flood = await bed.generator.ask<Flood>("stream", requests, REPORTS_A_REQUEST, WINDOW)
      const usage = await bed.usage()
      expectAll(flood, usage.stored - before.stored, requests, REPORTS_A_REQUEST)
      before = usage
      ms += flood.ms
      rss.push(usage.rss)
      yield { name: `memory after ${quarter} of ${QUARTERS} quarters`, value: usage.rss / 2 ** 20, unit: "MiB" }
    }
    const { stored, anchored, cpu } = before
    yield { name: "reports", value: stored, unit: "", better: "higher" }
    yield { name: "of them anchored so far", value: anchored, unit: "", better: "higher" }
    yield { name: "reports a second, generator beside it", value: (1000 * stored) / ms, unit: "1/s", better: "higher" }
    yield { name: "CPU a report, anchoring included", value: (cpu - first.cpu) / stored, unit: "us" }
    const growth = (rss[3]! - rss[2]!) / rss[0]!
    const name = "memory of the last quarter over the third's, to the first's"
    yield { name, value: growth, unit: "", budget: MOST_GROWTH }
  } finally {
    await bed.close()
  }
}
