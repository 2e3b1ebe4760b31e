import type { SenmlRecord } from "./senml.ts"

const HEADER = "device,time,name,unit,value,seq,anchored"

/** A SenML pack as a table (RFC 4180); names and units hold nothing that would need quotes but commas and quotes. */
export function csvOf(pack: readonly SenmlRecord[]): string {
  const lines = [HEADER]
  let base: Partial<SenmlRecord> = {}
  for (const record of pack) {
    if (record.bn !== undefined) base = record
    const { bn = "", bt = 0, seq, anchored } = base
    const address = bn.split(":")[2] ?? ""
    const time = new Date(Math.round((bt + (record.t ?? 0)) * 1000)).toISOString()
    const { n, u = "", v } = record
    lines.push([address, time, cell(n), cell(u), v, seq, anchored ?? ""].join(","))
  }
  return `${lines.join("\r\n")}\r\n`
}

/** A unit that starts like a formula must not become one in a spreadsheet. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
