/** Checks of arguments: every error names the argument, what it was, what is expected. */
import { DormouseError, type ErrorCode } from "../src/protocol/errors.ts"

function fail(code: ErrorCode, name: string, expected: string, value: unknown): never {
  const actual = value instanceof Uint8Array ? `${value.length} bytes` : value === null ? "null" : typeof value
  throw new DormouseError(code, `${name}: expected ${expected}, got ${actual}`)
}

/** A byte string, of one of the lengths where any are given. */
export function bytes(name: string, value: Uint8Array, ...lengths: number[]): Uint8Array {
  if (!(value instanceof Uint8Array)) fail("E_CRYPTO_TYPE", name, "Uint8Array", value)
  if (lengths.length > 0 && !lengths.includes(value.length)) {
    fail("E_CRYPTO_LENGTH", name, `${lengths.join(" or ")} bytes`, value)
  }
  return value
}

export function atMost(name: string, value: Uint8Array, limit: number): Uint8Array {
  if (bytes(name, value).length > limit) fail("E_CRYPTO_LENGTH", name, `at most ${limit} bytes`, value)
  return value
}

export function badSecretKey(name: string): never {
  throw new DormouseError(
    "E_CRYPTO_SECRET_KEY",
    `${name}: expected 32 bytes with 0 < key < n (SEC 2 §2.4.1), got a value outside`,
  )
}

export function badPublicKey(name: string, value: Uint8Array): never {
  const form = `got ${value.length} bytes with prefix 0x${(value[0] ?? 0).toString(16).padStart(2, "0")}`
  throw new DormouseError("E_CRYPTO_PUBLIC_KEY", `${name}: expected a point of secp256k1 (SEC 1 §2.3.3), ${form}`)
}
