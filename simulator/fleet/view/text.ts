/** Text of a known width for the terminal. */

export type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan"

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string

export const plainPaint: Paint = (_style, text) => text

/** Exactly `width` characters. */
export function left(text: string, width: number): string {
  return clip(text, width).padEnd(width)
}

export function right(text: string | number, width: number): string {
  return clip(String(text), width).padStart(width)
}

export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** `0x1234..cdef`, of an address or a hash. */
export function shortHex(hex: string): string {
  return hex.length > 14 ? `${hex.slice(0, 6)}..${hex.slice(-4)}` : hex
}

/** 1234567 -> "1,234,567" */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",")
}

/** "30 %"; "-" of nothing. */
export function percent(part: number, whole: number): string {
  return whole > 0 ? `${Math.round((100 * part) / whole)} %` : "-"
}

export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`
}

export function bar(fraction: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width)
  return "█".repeat(full) + "░".repeat(width - full)
}
