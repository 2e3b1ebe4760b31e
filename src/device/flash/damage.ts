/**
 * What stands in flash where no whole record does: a write that power cut short, which nobody has acted on, or a record
 * that was whole once and has decayed.
 */
import { ALIGNMENT, isCutShort, shapeOf } from "./record.ts"

export interface Damage {
  /** absolute offset in flash */
  location: number
  /** number of its sector */
  sector: number
  /** type of the record that was there; `undefined`: not even that can be read */
  type: number | undefined
  /** bytes that it took, at most */
  size: number
}

/** A unit with fewer programmed bytes is the beginning of a write, or erased flash that lost a bit. */
const LEAST_PROGRAMMED = 12

/** Decayed records in `bytes`, a run of units from `location` on in which no whole record starts and none is erased. */
export function findDecayed(bytes: Uint8Array, location: number, sector: number): Damage[] {
  const found: Damage[] = []
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at)
    const shape = shapeOf(rest)
    if (!shape) {
      const programmed = rest.subarray(0, ALIGNMENT).reduce((sum, byte) => sum + (byte === 0xff ? 0 : 1), 0)
      if (programmed >= LEAST_PROGRAMMED)
        found.push({ location: location + at, sector, type: undefined, size: rest.length })
      break
    }
    // Behind what was cut short the next write left a unit erased: it ends the run.
    if (shape.size > rest.length || isCutShort(rest, shape.length)) break
    found.push({ location: location + at, sector, type: shape.type, size: shape.size })
    at += shape.size
  }
  return found
}
