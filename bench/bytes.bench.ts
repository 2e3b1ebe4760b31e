/**
 * Bytes of a report and its envelope over all recorded data: temperature and humidity in hundredths, CO2 in ppm, at the
 * times of the recording (59 to 61 s apart); seq, epoch and request number above 65,535, device id above 255, up to 255
 * mailbox messages.
 */
import { readFileSync } from "node:fs"
import { crypto } from "../as/index.ts"
import { encodeReport, joinSigned, Kind, type Sample, sealUplink } from "../src/protocol/index.ts"

const LARGE = 70_000
const DEVICE_ID = 300
const LONGEST_STEP = 12_000
/** CoAP over UDP over IPv4 around a datagram's body: 28 + header 4, token 4, Uri-Path 2, Content-Format 2, marker 1. */
const COAP_UDP_IP = 41

const keys = { uplink: new Uint8Array(16), downlink: new Uint8Array(16) }

interface Recorded {
  /** ticks of 10 ms */
  at: number
  sample: Sample
}

/** Rows of the recording, as integers per channel. */
export function officeRoom(): Recorded[] {
  const file = new URL("../simulator/data/office-room.csv", import.meta.url)
  const [head, ...rows] = readFileSync(file, "utf8").trim().split("\n")
  const names = head!.trim().split(",")
  return rows.map((row) => {
    const cells = row.split(",")
    const value = (name: string, scale: number) => Math.round(Number(cells[names.indexOf(name)]) * scale)
    const sample = [value("temperature_c", 100), value("humidity_pct", 100), value("co2_ppm", 1)]
    return { at: Date.parse(`${cells[names.indexOf("time")]}Z`) / 10, sample }
  })
}

/** Length of each signed report of `size` successive samples, shortest first. */
function reportLengths(recorded: Recorded[], size: number): number[] {
  const lengths: number[] = []
  for (let i = 0; i + size <= recorded.length; i += size) {
    const batch = recorded.slice(i, i + size)
    const steps = batch.slice(1).map(({ at }, k) => at - batch[k]!.at)
    // a hole in the recording: a device would have begun another report
    if (steps.some((step) => step > LONGEST_STEP)) continue
    lengths.push(
      signedReport(
        batch.map(({ sample }) => sample),
        steps,
      ).length,
    )
  }
  return lengths.sort((a, b) => a - b)
}

export function signedReport(samples: Sample[], steps: number[]): Uint8Array {
  const common = { kind: Kind.samples, seq: LARGE, epoch: LARGE, prev: new Uint8Array(8), at: 59_999 } as const
  return joinSigned({
    payload: encodeReport({ ...common, step: steps.length ? steps : 0, samples }),
    signature: new Uint8Array(64),
  })
}

function envelopeOverhead(reports: Uint8Array[]): number {
  const uplink = { mailboxCursor: 200, receiptCursor: LARGE - 30, reports }
  const datagram = sealUplink(crypto, keys, DEVICE_ID, LARGE, uplink, LARGE)
  return datagram.length - reports.reduce((sum, report) => sum + report.length, 0)
}

export interface Row {
  name: string
  value: number
  unit: string
  budget: number
  better: "lower"
  gate: "always"
}

/** Budgets of docs/protocol.md: bytes of a signed report, median and worst, and per sample. */
const BUDGETS = [
  { size: 1, perSample: 100, worst: 100, onAir: 164 },
  { size: 6, perSample: 20, worst: 128, onAir: 184 },
  { size: 24, perSample: 8, worst: 208, onAir: 240 },
]

export async function run(): Promise<Row[]> {
  const recorded = officeRoom()
  const row = (name: string, value: number, unit: string, budget: number): Row => ({
    name,
    value,
    unit,
    budget,
    better: "lower",
    gate: "always",
  })
  const rows = BUDGETS.flatMap(({ size, perSample, worst, onAir }) => {
    const lengths = reportLengths(recorded, size)
    const median = lengths[lengths.length >> 1]!
    const overhead = envelopeOverhead([new Uint8Array(median)])
    return [
      row(`report, ${size} samples: median a sample`, Number((median / size).toFixed(2)), "B", perSample),
      row(`report, ${size} samples: worst`, lengths.at(-1)!, "B", worst),
      row(`CoAP over UDP/IPv4, ${size} samples: median`, median + overhead + COAP_UDP_IP, "B", onAir),
    ]
  })
  return [...rows, row("envelope of one report", envelopeOverhead([new Uint8Array(100)]), "B", 24)]
}
