/** A number of a model with its unit and where it comes from, so that no assumption hides in the code. */

export interface Figure {
  value: number
  unit: string
  /** a document and its table, a measurement, or why this value is assumed */
  source: string
  /** nobody has measured it for this purpose: an estimate of ours */
  assumed: boolean
}

export function cited(value: number, unit: string, source: string): Figure {
  return { value, unit, source, assumed: false }
}

export function assumed(value: number, unit: string, why: string): Figure {
  return { value, unit, source: why, assumed: true }
}

/** Every figure in a profile with the path to it: `["sleep", {...}]`, `["wifi.transmit", {...}]`. */
export function figuresOf(profile: object, prefix = ""): [string, Figure][] {
  return Object.entries(profile).flatMap(([key, value]): [string, Figure][] => {
    if (typeof value !== "object" || value === null) return []
    const path = prefix ? `${prefix}.${key}` : key
    return isFigure(value) ? [[path, value]] : figuresOf(value, path)
  })
}

function isFigure(value: object): value is Figure {
  return "assumed" in value && "source" in value && "unit" in value
}
