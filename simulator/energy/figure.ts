/** A number of a model with its unit and where it comes from, so that no assumption hides in the code. */

/** Points of a curve, x ascending; between them it is straight, beyond them flat. */
export type Points = readonly (readonly [x: number, y: number])[]

export interface Figure<Value extends number | Points = number> {
  value: Value
  unit: string
  /** a document and its table, a measurement, or why this value is assumed */
  source: string
  /** nobody has measured it for this purpose: an estimate of ours */
  assumed: boolean
}

export function cited<Value extends number | Points>(value: Value, unit: string, source: string): Figure<Value> {
  return { value, unit, source, assumed: false }
}

export function assumed<Value extends number | Points>(value: Value, unit: string, why: string): Figure<Value> {
  return { value, unit, source: why, assumed: true }
}

/** Every figure in a profile with the path to it: `["sleep", {...}]`, `["wifi.transmit", {...}]`. */
export function figuresOf(profile: object, prefix = ""): [string, Figure<number | Points>][] {
  return Object.entries(profile).flatMap(([key, value]): [string, Figure<number | Points>][] => {
    if (typeof value !== "object" || value === null) return []
    const path = prefix ? `${prefix}.${key}` : key
    return isFigure(value) ? [[path, value]] : figuresOf(value, path)
  })
}

/** `points` at `x`. */
export function interpolate(points: Points, x: number): number {
  const above = points.findIndex(([at]) => at >= x)
  if (above === -1) return points.at(-1)![1]
  const [x1, y1] = points[above]!
  if (above === 0) return y1
  const [x0, y0] = points[above - 1]!
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
}

function isFigure(value: object): value is Figure<number | Points> {
  return "assumed" in value && "source" in value && "unit" in value
}
