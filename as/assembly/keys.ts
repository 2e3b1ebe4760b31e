/** Secret and public keys: SEC 1 §2.3.3, §2.3.4, §3.2. */
import { multiplyBase } from "./comb"
import { declassify } from "./declassify"
import { feCurve, feEqual, feFromBytes, feInvert, feNormalize, feSetSmall, feSqrt, feToBytes } from "./field"
import { feCarry, feNeg, feSqr } from "./generated/field"
import { FE, INPUT, MULTIPLES, OUTPUT, POINTS, S, T, wipeTo } from "./memory"
import { mixedToAffine, ZZZ } from "./mixed"
import { scFromBytes, scZeroMask } from "./scalar"

/** Reads a secret key; whether it is one, 0 < key < n, is public. */
export function loadSecret(r: usize, bytes: usize): bool {
  const below = scFromBytes(r, bytes)
  return declassify(below & ~scZeroMask(r)) !== 0
}

/** Point with coordinate x at p and y of the given parity, Z = 1; false where x^3 + 7 is no square. */
export function liftX(p: usize, odd: u32): bool {
  const square = T
  const check = T + FE
  feCurve(square, p)
  feSqrt(p + FE, square)
  feSqr(check, p + FE)
  feCarry(square, square)
  if (!feEqual(check, square)) return false
  feNormalize(p + FE)
  if ((load<u32>(p + FE) & 1) !== odd) {
    feNeg(p + FE, p + FE, 2)
    feNormalize(p + FE)
  }
  feSetSmall(p + 2 * FE, 1)
  return true
}

/** Reads a public key of 33 or 65 bytes; false where it is not a point of the curve. */
export function loadPublic(p: usize, bytes: usize, length: u32): bool {
  const prefix = load<u8>(bytes)
  if (!feFromBytes(p, bytes + 1)) return false
  if (length === 33) return (prefix | 1) === 3 && liftX(p, prefix & 1)
  if (length !== 65 || prefix !== 4 || !feFromBytes(p + FE, bytes + 33)) return false
  feSetSmall(p + 2 * FE, 1)
  feCurve(T, p)
  feCarry(T, T)
  feSqr(T + FE, p + FE)
  return feEqual(T + FE, T)
}

/** Writes a point in affine, normalized coordinates; returns the number of bytes. */
export function storePublic(bytes: usize, p: usize, compressed: bool): u32 {
  feToBytes(bytes + 1, p)
  if (compressed) {
    store<u8>(bytes, 2 | <u8>(load<u32>(p + FE) & 1))
    return 33
  }
  store<u8>(bytes, 4)
  feToBytes(bytes + 33, p + FE)
  return 65
}

/** Key at INPUT. */
export function isSecretKey(): bool {
  const valid = loadSecret(S, INPUT)
  wipeTo(MULTIPLES)
  return valid
}

/** Secret key at INPUT to public key at OUTPUT; its length, or 0. */
export function getPublicKey(compressed: bool): u32 {
  let length: u32 = 0
  if (loadSecret(S, INPUT)) {
    multiplyBase(POINTS, S)
    feInvert(POINTS + ZZZ, POINTS + ZZZ)
    mixedToAffine(POINTS)
    length = storePublic(OUTPUT, POINTS, compressed)
  }
  wipeTo(MULTIPLES)
  return length
}

/** Public key of `length` bytes at INPUT, encoded anew at OUTPUT; its new length, or 0. */
export function convertPublicKey(length: u32, compressed: bool): u32 {
  return loadPublic(POINTS, INPUT, length) ? storePublic(OUTPUT, POINTS, compressed) : 0
}
