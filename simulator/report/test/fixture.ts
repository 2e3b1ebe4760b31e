/** A run that never was, with every part of a record filled in, for tests of how it is shown. */
import { boards } from "../../energy/boards.ts"
import { chargeOf } from "../../energy/charge.ts"
import { chips } from "../../energy/chips.ts"
import { oscillators } from "../../energy/oscillators.ts"
import type { WakeTimes } from "../../energy/wake-times.ts"
import { type Random, randomStream } from "../../fleet/random.ts"
import { GroupRecord, type RunRecord } from "../run-record.ts"

const DEVICES = 40
const DAYS = 3

export function exampleRecord(): RunRecord {
  const parts = { chip: "esp32c6", medium: "802154", oscillator: "crystal32k", battery: "2xAA-lithium" }
  const groups = [
    group("desks", parts, undefined, 20),
    group("desks (naive)", parts, "desks", 1200),
    group("<b>rooms & halls</b>", { ...parts, medium: "wifi" }, undefined, 400),
  ]
  const perDay = Array.from({ length: DAYS }, (_, day) => ({
    ...{ samples: 17_280, wakes: 17_300, reportsAcked: 17_200 - 900 * (day === 1 ? 1 : 0), receipts: 17_150 },
    ...{ misses: 12 + day, framesLost: 210 + 80 * day, charge: 340_000 },
  }))
  return {
    ...{ scenario: "example", seed: "1", start: Date.UTC(2026, 0, 1), days: DAYS, epochMs: 600_000 },
    ...{ engine: "xs 13.3.0", groups, perDay },
    faults: [
      { kind: "gateway-down", at: 57_600_000_000, detail: "for 1 h" },
      { kind: "outage", at: 93_600_000_000, device: 7, group: "desks", detail: "for 3 h" },
      { kind: "outage", at: 93_600_000_000, device: 9, group: "desks", detail: "for 3 h" },
    ],
    gateway: {
      ...{ restarts: 1, duplicates: 0, forks: 0, anchors: 432, gas: 43_200_000, storeBytes: 91_000_000 },
      chain: { height: 640, head: `0x${"ab".repeat(32)}` },
    },
  }
}

function group(name: string, parts: GroupRecord["parts"], twinOf: string | undefined, guardMs: number): GroupRecord {
  const record = new GroupRecord({ name, devices: DEVICES, parts, twinOf })
  const random = randomStream("1", name)
  const link = parts.medium === "wifi" ? "wifi" : "802154"
  const consumer = { chip: chips.esp32c6, board: boards.low, oscillator: oscillators.crystal32k, link } as const
  for (let i = 0; i < DEVICES * DAYS * 144; i++) {
    const times = wake(random, link, guardMs * 1000)
    record.wake(times, chargeOf(times, consumer), 3000 + 20 * random.normal())
    record.slot(random.uniform() > 0.001, times.guard)
    const ack = 40 * (1 + random.exponential()) * (random.uniform() < 0.02 ? 15_000 : 1)
    record.toAck.add(ack)
    record.toReceipt.add(ack + 600_000 * (0.2 + random.uniform()))
    const frame = { device: 0, start: 0, end: 0, bytes: 164, airtimeUs: 5_600, retries: random.uniform() < 0.1 ? 1 : 0 }
    const lost = random.uniform()
    record.frame({ ...frame, direction: "up", ...(lost < 0.02 && { lost: lost < 0.015 ? "channel" : "collision" }) })
    record.frame({ ...frame, direction: "down", ...(lost > 0.99 && { lost: "outage" }) })
  }
  const wakes = DEVICES * DAYS * 144
  Object.assign(record.samples, { taken: wakes, anchored: wakes - 3, inGaps: 3 })
  Object.assign(record.reports, { signed: wakes, acked: wakes, anchored: wakes, receipts: wakes - 5 })
  for (let i = 0; i < DEVICES; i++) record.batteryYears.add(8 + random.normal())
  record.resets = 2
  return record
}

function wake(random: Random, link: string, guard: number): WakeTimes {
  const listen = guard + 30_000 * (1 + random.exponential())
  return {
    ...{ sleep: 599_700_000, boot: 120_000, cpu: 47_000, sign: 5_800, associate: link === "wifi" ? 1_000_000 : 0 },
    ...{
      listen,
      guard,
      receive: 12_000,
      transmit: 6_600,
      flashBytes: 192,
      flashErases: random.uniform() < 0.02 ? 1 : 0,
    },
  }
}
