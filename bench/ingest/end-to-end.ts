/** UDP in, durable, ack out: gateway and load generator each in its own process. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Figure } from "../run.ts"
import type { Usage } from "./gateway-process.ts"
import type { Flood } from "./generator.ts"
import { Child } from "./talk.ts"

const DEVICES = 256
const WARM = 1_024
const ENVELOPES = 10_000
/** Requests unanswered at a time, at full load. */
const WINDOW = 128
const EPOCH_MS = 5_000

export class Bed {
  readonly gateway: Child
  readonly generator = new Child("./generator.ts")
  readonly #dir = mkdtempSync(join(tmpdir(), "dormouse-bench-"))

  constructor(epochMs = EPOCH_MS) {
    this.gateway = new Child("./gateway-process.ts", this.#dir, String(epochMs))
  }

  static async open(devices: number): Promise<Bed> {
    const bed = new Bed()
    const addresses = await bed.generator.ask("enrol", devices, await bed.gateway.ask("where"))
    await bed.gateway.ask("approve", addresses)
    return bed
  }

  usage(): Promise<Usage> {
    return this.gateway.ask<Usage>("usage")
  }

  async close(): Promise<void> {
    await this.generator.end()
    await this.gateway.end()
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

/** `signature`: CPU microseconds of one check, to be taken off. */
export async function endToEnd(signature: number): Promise<Figure[]> {
  const bed = await Bed.open(DEVICES)
  try {
    await bed.generator.ask("prepare", WARM, 1)
    await bed.generator.ask("flood", WINDOW)

    await bed.generator.ask("prepare", ENVELOPES, 1)
    const before = await bed.usage()
    const full = await bed.generator.ask<Flood>("flood", WINDOW)
    const after = await bed.usage()
    expectAll(full, after.stored - before.stored, ENVELOPES)
    const cpu = (after.cpu - before.cpu) / ENVELOPES
    const perSecond = (1000 * full.acked) / full.ms

    await bed.generator.ask("prepare", ENVELOPES / 2, 1)
    const half = await bed.generator.ask<Flood>("pace", perSecond / 2, WINDOW)
    expectAll(half, (await bed.usage()).stored - after.stored, ENVELOPES / 2)
    const latency = (part: number) => half.latencies[Math.floor(part * half.latencies.length)]!
    return [
      { name: "reports a second, UDP in to ack out", value: perSecond, unit: "1/s", better: "higher" },
      { name: "CPU a report so, all threads", value: cpu, unit: "us" },
      { name: "CPU a report so, without its signature", value: cpu - signature, unit: "us", budget: 150 },
      ...[0.5, 0.95, 0.99].map((part) => ({
        ...{ name: `ack latency at half load, p${100 * part}`, value: latency(part), unit: "ms" },
      })),
    ]
  } finally {
    await bed.close()
  }
}

export function expectAll({ acked, lost }: Flood, stored: number, sent: number, reports = 1): void {
  if (lost || acked !== sent || stored !== sent * reports)
    throw new Error(`${sent} requests sent: ${acked} acked, ${lost} lost, ${stored} reports stored`)
}
