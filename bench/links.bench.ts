/**
 * Links: what the same samples take in other forms, what lost frames cost (virtual time: the same on every machine), and
 * what a flood of forged datagrams does to a fleet's acks (timed).
 */
import { flood } from "../src/gateway/test/support/flood.ts"
import { officeRoom, signedReport } from "./bytes.bench.ts"
import { fleetWithLoss } from "./links/loss.ts"
import { coseSign1, frameString, senml, signedString, type TimedSample } from "./links/senml.ts"
import type { Figure } from "./run.ts"

const BATCHES = [1, 6, 24]
const LOSSES = [0, 0.1, 0.3, 0.5]
/** The gateway's acks take at most so many times as long under a flood of ten times the fleet's rate. */
const FLOOD_BOUND = 8

export async function* run({ gates }: { gates: boolean }): AsyncIterable<Figure> {
  yield* forms()
  for (const loss of gates ? [0.5] : LOSSES) yield* lossy(loss)
  if (!gates) yield* flooded()
}

/** Median bytes a sample, over the recorded office room. */
function* forms(): Iterable<Figure> {
  const recorded = officeRoom()
  for (const size of BATCHES) {
    const batches: TimedSample[][] = []
    for (let i = 0; i + size <= recorded.length; i += size)
      batches.push(
        recorded.slice(i, i + size).map(({ at, sample }) => ({ at: Math.round(at / 100), values: sample as number[] })),
      )
    const median = (bytes: (batch: TimedSample[]) => number) => {
      const all = batches.map(bytes).sort((a, b) => a - b)
      return Number((all[all.length >> 1]! / size).toFixed(1))
    }
    const ours = median((batch) => {
      const steps = batch.slice(1).map(({ at }, k) => (at - batch[k]!.at) * 100)
      return signedReport(
        batch.map(({ values }) => [...values]),
        steps,
      ).length
    })
    const name = `${size} ${size === 1 ? "sample" : "samples"} a report`
    const beside = median((batch) => coseSign1(senml(batch)).length)
    const each = (form: (sample: TimedSample) => Uint8Array) =>
      median((batch) => batch.reduce((sum, sample) => sum + form(sample).length, 0))
    yield { name: `${name}: Dormouse`, value: ours, unit: "B a sample", budget: beside, gate: "always" }
    yield { name: `${name}: SenML CBOR in COSE_Sign1`, value: beside, unit: "B a sample", gate: "always" }
    yield { name: `${name}: blocky's string, unsigned`, value: each(frameString), unit: "B a sample", gate: "always" }
    yield { name: `${name}: a signed string`, value: each(signedString), unit: "B a sample", gate: "always" }
  }
}

async function* lossy(loss: number): AsyncIterable<Figure> {
  const { delivered, duplicates, intervals, charge, airtime, frames } = await fleetWithLoss("wifi", loss)
  const name = (what: string) => `wifi, ${100 * loss} % lost: ${what}`
  yield { name: name("delivered"), value: 100 * delivered, unit: "%", budget: 100, better: "higher", gate: "always" }
  yield { name: name("duplicates"), value: duplicates, unit: "", budget: 0, gate: "always" }
  yield { name: name("to the ack, worst"), value: intervals, unit: "report intervals", budget: 20, gate: "always" }
  yield { name: name("charge"), value: charge, unit: "mC a sample", gate: "always" }
  yield { name: name("airtime"), value: airtime, unit: "ms a sample", gate: "always" }
  yield { name: name("datagrams"), value: frames, unit: "a sample", gate: "always" }
}

/** Sender and gateway share a process, so the flood pays for itself twice; quiet and flooded runs take turns. */
async function* flooded(): AsyncIterable<Figure> {
  const quiet: number[] = []
  const noisy: number[] = []
  let [sent, acked] = [0, 0]
  const settings = { devices: 20, reports: 40, pace: 20 }
  await flood({ ...settings, forged: 0 })
  for (let round = 0; round < 3; round++) {
    quiet.push(...(await flood({ ...settings, forged: 0 })).latencies)
    const result = await flood({ ...settings, forged: 10 })
    noisy.push(...result.latencies)
    sent += result.sent
    acked += result.acked
  }
  const p95 = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(0.95 * all.length)]!
  yield { name: "flood: delivered", value: (100 * acked) / sent, unit: "%", budget: 100, better: "higher" }
  yield { name: "ack latency, p95", value: p95(quiet), unit: "ms" }
  yield { name: "flood: ack latency, p95", value: p95(noisy), unit: "ms" }
  yield { name: "flood: p95 against none", value: p95(noisy) / p95(quiet), unit: "x", budget: FLOOD_BOUND }
}
