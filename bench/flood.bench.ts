/**
 * The fleet's delivery and its acks while somebody without a key sends ten times as much: forged envelopes, and beginnings of
 * messages in blocks and in fragments, over `wifi` and `serial`.
 */
import { Bed, expectAll } from "./ingest/end-to-end.ts"
import type { Flood } from "./ingest/generator.ts"
import { Child } from "./ingest/talk.ts"
import type { Figure } from "./run.ts"

const DEVICES = 256
const PER_SECOND = 100
const SECONDS = 5
const ROUNDS = 2
const FLOOD = 10
/** Median latency under the flood to that without: both in one run, in turn. */
const MOST_TIMES = 2
/** ms that a device waits before it sends again (`src/device/exchange.ts`). */
const FIRST_WAIT = 700

interface Measured {
  latencies: number[]
  /** CPU seconds of the gateway */
  cpu: number
}

export async function* run({ gates = false } = {}): AsyncGenerator<Figure> {
  if (gates) return
  const bed = await Bed.open(DEVICES)
  const forger = new Child("./forger.ts")
  const measure = async (into: Measured) => {
    await bed.generator.ask("prepare", PER_SECOND * SECONDS, 1)
    const before = await bed.usage()
    const paced = await bed.generator.ask<Flood>("pace", PER_SECOND)
    const after = await bed.usage()
    // throws where one was lost
    expectAll(paced, after.stored - before.stored, PER_SECOND * SECONDS)
    into.latencies.push(...paced.latencies)
    into.cpu += (after.cpu - before.cpu) / 1e6
  }
  try {
    const { port, line } = await bed.gateway.ask<{ port: number; line: string }>("where")
    const [warm, quiet, flooded] = [1, 2, 3].map((): Measured => ({ latencies: [], cpu: 0 })) as [
      Measured,
      Measured,
      Measured,
    ]
    await measure(warm)
    const { rss } = await bed.usage()
    for (let round = 0; round < ROUNDS; round++) {
      await measure(quiet)
      await forger.ask("start", FLOOD * PER_SECOND, DEVICES, port, line)
      await measure(flooded)
      await forger.ask("stop")
    }
    const reports = `${PER_SECOND} reports a second`
    const forged = `with ${FLOOD * PER_SECOND} forged messages`
    yield {
      name: `${reports}: acked ${forged}`,
      value: flooded.latencies.length,
      unit: `of ${PER_SECOND * SECONDS * ROUNDS}`,
    }
    const [median, slow] = [0.5, 0.99].map((part) => [at(quiet.latencies, part), at(flooded.latencies, part)])
    yield { name: "ack, median, without a flood", value: median![0]!, unit: "ms" }
    yield { name: `ack, median, ${forged}`, value: median![1]!, unit: "ms" }
    yield { name: "the same, times", value: median![1]! / median![0]!, unit: "", budget: MOST_TIMES }
    yield { name: "ack, 99 %, without a flood", value: slow![0]!, unit: "ms" }
    yield { name: `ack, 99 %, ${forged}`, value: slow![1]!, unit: "ms", budget: FIRST_WAIT }
    const dropped = await bed.gateway.ask<number>("dropped")
    const sent = FLOOD * PER_SECOND * SECONDS * ROUNDS
    yield {
      name: `drops counted by name, of ${sent} forged messages`,
      value: dropped,
      unit: "",
      better: "higher",
      budget: 0.9 * sent,
    }
    yield { name: "CPU of the gateway, without", value: (100 * quiet.cpu) / (SECONDS * ROUNDS), unit: "%" }
    yield { name: "CPU of the gateway, with", value: (100 * flooded.cpu) / (SECONDS * ROUNDS), unit: "%" }
    yield { name: "memory that came on top", value: ((await bed.usage()).rss - rss) / 2 ** 20, unit: "MiB" }
  } finally {
    await forger.end()
    await bed.close()
  }
}

function at(values: number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(part * values.length)]!
}
