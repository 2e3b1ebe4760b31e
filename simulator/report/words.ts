/** Figures as people read them. */
import type { Life } from "./summary.ts"

export function count(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 0 })
}

/** "12.3 %" of a share from 0 to 1. */
export function percent(share: number | null, digits = 2): string {
  return share === null ? "-" : `${(100 * share).toFixed(digits)} %`
}

export function milliseconds(ms: number | null): string {
  if (ms === null) return "-"
  if (ms < 1000) return `${ms.toPrecision(3).replace(/\.0+$/, "")} ms`
  const seconds = ms / 1000
  if (seconds < 120) return `${seconds.toPrecision(3)} s`
  if (seconds < 7200) return `${(seconds / 60).toPrecision(3)} min`
  return seconds < 172_800 ? `${(seconds / 3600).toPrecision(3)} h` : `${(seconds / 86_400).toPrecision(3)} d`
}

/** "7 days", "40.0 min" */
export function span(days: number): string {
  return Number.isInteger(days) ? `${days} day${days === 1 ? "" : "s"}` : milliseconds(days * 86_400_000)
}

export function years(value: number | null): string {
  return value === null ? "no end" : `${value.toPrecision(3)} years`
}

/** Of half of the devices, and of the worst. */
export function life(value: Life | null): [median: string, worst: string] {
  return value ? [years(value.median), years(value.worst1pct)] : ["-", "-"]
}

export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"]
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)))
  return `${power === 0 ? count(value) : (value / 1000 ** power).toPrecision(3)} ${units[power]}`
}

export function charge(millicoulombs: number): string {
  if (millicoulombs === 0) return "0"
  return millicoulombs >= 100 ? count(millicoulombs) : millicoulombs.toPrecision(3)
}

/** "2 d 03:20" after the start. */
export function moment(us: number): string {
  const minutes = Math.floor(us / 60e6)
  const two = (value: number) => String(value).padStart(2, "0")
  const clock = `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`
  return `${Math.floor(minutes / 1440)} d ${clock}`
}
