import { hexToBytes } from "@ethereumjs/util"
import { invalidParams } from "./errors.ts"

// Strict reading of parameters: "quantities" and "data" as the Ethereum JSON-RPC specification defines them.

type Hex = `0x${string}`

const kind = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value)

export function data(value: unknown, name: string): Uint8Array {
  if (typeof value !== "string") throw invalidParams(`${name}: hex string expected, got ${kind(value)}`)
  if (!/^0x([0-9a-fA-F]{2})*$/.test(value)) throw invalidParams(`${name}: 0x and pairs of hex digits expected`)
  return hexToBytes(value as Hex)
}

export function fixed(value: unknown, name: string, length: number): Uint8Array {
  const bytes = data(value, name)
  if (bytes.length !== length) throw invalidParams(`${name}: ${length} bytes expected, got ${bytes.length}`)
  return bytes
}

export const address = (value: unknown, name = "address"): Uint8Array => fixed(value, name, 20)

export const hash = (value: unknown, name = "hash"): Uint8Array => fixed(value, name, 32)

export function quantity(value: unknown, name: string, bits = 256): bigint {
  if (typeof value !== "string") throw invalidParams(`${name}: hex string expected, got ${kind(value)}`)
  if (!/^0x(0|[1-9a-fA-F][0-9a-fA-F]*)$/.test(value)) {
    throw invalidParams(`${name}: 0x and hex digits without leading zeros expected`)
  }
  const number = BigInt(value)
  if (number >= 1n << BigInt(bits)) throw invalidParams(`${name}: at most ${bits} bits expected`)
  return number
}

/** A storage key: a quantity, or up to 32 bytes (geth takes both). */
export function slot(value: unknown, name: string): Uint8Array {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) {
    throw invalidParams(`${name}: 0x and 1 to 64 hex digits expected`)
  }
  return hexToBytes(`0x${value.slice(2).padStart(64, "0")}`)
}

export function object(value: unknown, name: string): Record<string, unknown> {
  if (kind(value) !== "object") throw invalidParams(`${name}: object expected, got ${kind(value)}`)
  return value as Record<string, unknown>
}

export function list(value: unknown, name: string, limit: number): unknown[] {
  if (!Array.isArray(value)) throw invalidParams(`${name}: array expected, got ${kind(value)}`)
  if (value.length > limit) throw invalidParams(`${name}: at most ${limit} items expected, got ${value.length}`)
  return value
}

export function optionalBoolean(value: unknown, name: string): boolean {
  if (value === undefined || value === null) return false
  if (typeof value !== "boolean") throw invalidParams(`${name}: boolean expected, got ${kind(value)}`)
  return value
}

/** `undefined` where nothing is given. */
export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value)
}
