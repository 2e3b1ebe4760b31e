/**
 * Bytes of a report and its envelope over all recorded data: temperature and humidity in hundredths, CO2 in ppm, a
 * sample a minute; seq, epoch and request number above 65,535, device id above 255, up to 255 mailbox messages.
 */
import { readFileSync } from "node:fs"
import { crypto } from "../as/index.ts"
import { encodeReport, joinSigned, Kind, type Sample, sealUplink } from "../src/protocol/index.ts"

const LARGE = 70_000
const DEVICE_ID = 300
const MINUTE = 6_000
/** CoAP over UDP over IPv4 around a datagram's body: 28 + header 4, token 4, Uri-Path 2, Content-Format 2, marker 1. */
const COAP_UDP_IP = 41

const keys = { uplink: new Uint8Array(16), downlink: new Uint8Array(16) }

/** Rows of the recording as integers per channel. */
export function officeRoom(): Sample[] {
  const file = new URL("../simulator/data/office-room.csv", import.meta.url)
  const [head, ...rows] = readFileSync(file, "utf8").trim().split("\n")
  const at = ["temperature_c", "humidity_pct", "co2_ppm"].map((name) => head!.trim().split(",").indexOf(name))
  return rows.map((row) => {
    const cells = row.split(",")
    const [temperature, humidity, co2] = at.map((column) => Number(cells[column])) as [number, number, number]
    return [Math.round(temperature * 100), Math.round(humidity * 100), Math.round(co2)]
  })
}

/** Length of each signed report of `size` successive samples. */
function reportLengths(samples: Sample[], size: number): number[] {
  const lengths: number[] = []
  for (let i = 0; i + size <= samples.length; i += size) lengths.push(signedReport(samples.slice(i, i + size)).length)
  return lengths.sort((a, b) => a - b)
}

function signedReport(samples: Sample[]): Uint8Array {
  const common = { seq: LARGE, epoch: LARGE, prev: new Uint8Array(8), at: 59_999 }
  const payload = encodeReport({ kind: Kind.samples, ...common, step: samples.length > 1 ? MINUTE : 0, samples })
  return joinSigned({ payload, signature: new Uint8Array(64) })
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
  { size: 6, perSample: 20, worst: 128, onAir: 180 },
  { size: 24, perSample: 8, worst: 192, onAir: 216 },
]

export async function run(): Promise<Row[]> {
  const samples = officeRoom()
  const row = (name: string, value: number, unit: string, budget: number): Row => ({
    name,
    value,
    unit,
    budget,
    better: "lower",
    gate: "always",
  })
  const rows = BUDGETS.flatMap(({ size, perSample, worst, onAir }) => {
    const lengths = reportLengths(samples, size)
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
