/** Checks that decoded CBOR has the shape a message needs; every failure is an `E_MESSAGE` that names the field. */
import type { CborValue } from "./cbor/index.ts"
import { DormouseError } from "./errors.ts"

function refuse(field: string, expected: string): never {
  throw new DormouseError("E_MESSAGE", `${field}: ${expected} expected.`)
}

export function asUint(value: CborValue | undefined, field: string, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number" || value < 0 || value > most) refuse(field, `an unsigned integer up to ${most}`)
  return value
}

export function asInt(value: CborValue | undefined, field: string): number {
  return typeof value === "number" ? value : refuse(field, "an integer")
}

/** A byte string, of exactly `length` bytes where one is given. */
export function asBytes(value: CborValue | undefined, field: string, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length))
    refuse(field, length === undefined ? "a byte string" : `${length} bytes`)
  return value
}

export function asText(value: CborValue | undefined, field: string): string {
  return typeof value === "string" ? value : refuse(field, "text")
}

/** An array, of `least` to `most` items. */
export function asArray(value: CborValue | undefined, field: string, least = 0, most = 65_536): CborValue[] {
  if (!Array.isArray(value) || value.length < least || value.length > most)
    refuse(field, least === most ? `an array of ${least}` : `an array of ${least} to ${most}`)
  return value
}

/** `true`, or not there at all. */
export function asFlag(value: CborValue | undefined, field: string): boolean {
  return value === true || (value === undefined ? false : refuse(field, "true, or nothing"))
}

export function asMap(value: CborValue | undefined, field: string): Map<CborValue, CborValue> {
  return value instanceof Map ? value : refuse(field, "a map")
}
