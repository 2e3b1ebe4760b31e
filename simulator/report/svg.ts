/** Plots as SVG text: colours are CSS classes, so that one page serves light and dark. */

export interface Series {
  name: string
  points: readonly (readonly [x: number, y: number])[]
}

export interface Axis {
  label: string
  /** how a tick is written */
  tick: (value: number) => string
  /** decades instead of equal steps; values must be above 0 */
  log?: boolean
  /** from 0 even where no value is */
  zero?: boolean
  /** no ticks between whole numbers */
  whole?: boolean
}

const WIDTH = 720
const HEIGHT = 260
const LEFT = 62
const RIGHT = 40
const TOP = 10
const BOTTOM = 44
/** Colours that the page has (`.c0` to `.c7`). */
const COLOURS = 8

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
}

/** Lines of several series, with a legend below; the empty string where there is nothing to draw. */
export function linePlot(series: readonly Series[], x: Axis, y: Axis, title: string): string {
  const drawn = series.filter(({ points }) => points.length > 0)
  if (drawn.length === 0) return ""
  const all = drawn.flatMap(({ points }) => points)
  const toX = scale(
    all.map(([at]) => at),
    x,
    LEFT,
    WIDTH - RIGHT,
  )
  const toY = scale(
    all.map(([, at]) => at),
    y,
    HEIGHT - BOTTOM,
    TOP,
  )
  const lines = drawn.map(({ name, points }, i) => {
    const path = points.map(([px, py]) => `${round(toX.at(px))},${round(toY.at(py))}`).join(" ")
    return `<polyline class="line c${i % COLOURS}" points="${path}"><title>${escaped(name)}</title></polyline>`
  })
  const body = `${grid(toX, toY, x, y)}${lines.join("")}`
  return `${frame(body, HEIGHT, title)}${drawn.length > 1 ? legend(drawn.map(({ name }) => name)) : ""}`
}

export interface Bar {
  name: string
  parts: readonly number[]
}

/** Stacked bars, one a row; `names` of the parts, `write` a value. */
export function barPlot(
  bars: readonly Bar[],
  names: readonly string[],
  write: (value: number) => string,
  title: string,
): string {
  const totals = bars.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0))
  const most = Math.max(...totals)
  if (!(most > 0)) return ""
  const rowHeight = 34
  const start = 170
  const room = WIDTH - start - 110
  const rows = bars.map(({ name, parts }, row) => {
    let left = start
    const cells = parts.map((part, i) => {
      const width = (part / most) * room
      const cell = `<rect class="bar c${i % COLOURS}" x="${round(left)}" y="${row * rowHeight + 6}" width="${round(width)}" height="22"><title>${escaped(`${name}, ${names[i]}: ${write(part)}`)}</title></rect>`
      left += width
      return part > 0 ? cell : ""
    })
    const middle = row * rowHeight + 21
    const label = `<text class="tick" x="${start - 8}" y="${middle}" text-anchor="end">${escaped(name)}</text>`
    return `${label}${cells.join("")}<text class="tick" x="${round(left + 6)}" y="${middle}">${escaped(write(totals[row]!))}</text>`
  })
  return `${frame(rows.join(""), bars.length * rowHeight + 8, title)}${legend(names)}`
}

/** Part of the values that are not above x: 0 where the first bucket begins, then at every bucket's end. */
export function cumulative(buckets: readonly (readonly [number, number, number])[], of: number): [number, number][] {
  let seen = 0
  const steps = buckets.map(([, high, times]): [number, number] => {
    seen += times
    return [high, seen / of]
  })
  const first = buckets[0]
  return first ? [[first[0], 0], ...steps] : []
}

interface Scale {
  at(value: number): number
  ticks: number[]
}

function scale(values: number[], axis: Axis, from: number, to: number): Scale {
  const { log = false, zero = false, whole = false } = axis
  let low = Math.min(...values, ...(zero ? [0] : []))
  let high = Math.max(...values)
  if (log) {
    low = 10 ** Math.floor(Math.log10(low))
    high = 10 ** Math.ceil(Math.log10(high))
  }
  if (low === high) high = log ? low * 10 : low + 1
  const step = log ? 0 : stepOf(low, high, whole)
  if (zero) high = Math.ceil(high / step) * step
  const place = log ? Math.log10 : (value: number) => value
  const at = (value: number) => from + ((place(value) - place(low)) / (place(high) - place(low))) * (to - from)
  return { at, ticks: log ? decades(low, high) : steps(low, high, step) }
}

function decades(low: number, high: number): number[] {
  const count = Math.round(Math.log10(high / low))
  return Array.from({ length: count + 1 }, (_, i) => low * 10 ** i)
}

/** For about five round numbers. */
function stepOf(low: number, high: number, whole: boolean): number {
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!
  return whole ? Math.max(1, step) : step
}

function steps(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step)
}

function grid(toX: Scale, toY: Scale, x: Axis, y: Axis): string {
  const bottom = HEIGHT - BOTTOM
  const across = toY.ticks.map((value) => {
    const at = round(toY.at(value))
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text class="tick" x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${escaped(y.tick(value))}</text>`
  })
  const along = toX.ticks.map((value) => {
    const at = round(toX.at(value))
    return `<line class="grid" x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}"/><text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${escaped(x.tick(value))}</text>`
  })
  const label = `<text class="tick" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(x.label)}</text>`
  return `${across.join("")}${along.join("")}${label}`
}

function frame(body: string, height: number, title: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">${body}</svg>`
}

function legend(names: readonly string[]): string {
  const items = names.map((name, i) => `<li><span class="key c${i % COLOURS}"></span>${escaped(name)}</li>`)
  return `<ul class="legend">${items.join("")}</ul>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
