/** The field of secp256k1, p = 2^256 - 2^32 - 977: what is not unrolled in `generated/field.ts`. */
import { feCarry, feFromWords, feMul, feScale, feSqr, feSub, feToWords } from "./generated/field"
import { FE, loadBytes, S_FOLD, storeBytes, T } from "./memory"
import { invert, invertBoth, P30 } from "./safegcd"

export const FE_ZERO: usize = memory.data(40)

export function feSetSmall(r: usize, value: u32): void {
  memory.fill(r, 0, FE)
  store<u32>(r, value)
}

/** The one representative in [0, p), in constant time. */
export function feNormalize(r: usize): void {
  feCarry(r, r)
  // r >= p exactly where r + (2^256 - p) reaches 2^256.
  let carry: u32 = 977
  let step: u32 = 8
  for (let i: usize = 0; i < 32; i += 4) {
    carry = (load<u32>(r + i) + carry) >> 29
    carry += step
    step = 0
  }
  const over = (load<u32>(r, 32) + carry) >> 24
  carry = over * 977
  step = over << 3
  for (let i: usize = 0; i < 32; i += 4) {
    carry += load<u32>(r + i)
    store<u32>(r + i, carry & 0x1fffffff)
    carry = (carry >> 29) + step
    step = 0
  }
  store<u32>(r, (load<u32>(r, 32) + carry) & 0xffffff, 32)
}

/** All ones where a (normalized) is zero. */
export function feZeroMask(a: usize): u32 {
  let bits: u32 = 0
  for (let i: usize = 0; i < 36; i += 4) bits |= load<u32>(a + i)
  return ((bits | (0 - bits)) >> 31) - 1
}

/** Whether a is 0 modulo p, for public values: the lowest limb alone nearly always tells. Magnitude up to 7. */
export function feVanishes(a: usize): bool {
  const low = (load<u32>(a) + (load<u32>(a, 32) >> 24) * 977) & 0x1fffffff
  // 0 or p, the multiples that a carried value can have: the lowest limb of p is 0x1ffffc2f.
  if (low !== 0 && low !== 0x1ffffc2f) return false
  feCarry(S_FOLD, a)
  feNormalize(S_FOLD)
  return feZeroMask(S_FOLD) !== 0
}

/** Whether two elements are equal; b of magnitude 1. Overwrites a. Public values only. */
export function feEqual(a: usize, b: usize): bool {
  feSub(a, a, b, 2)
  feNormalize(a)
  return feZeroMask(a) !== 0
}

/** All ones where 32 big-endian bytes are below p. */
export function feFromBytes(r: usize, bytes: usize): u32 {
  let borrow: u64 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    const word = loadBytes(bytes + 28 - i)
    store<u32>(S_FOLD + i, word)
    const modulus: u32 = i === 0 ? 0xfffffc2f : i === 4 ? 0xfffffffe : 0xffffffff
    borrow = (<u64>word - modulus - (borrow & 1)) >> 32
  }
  feFromWords(r, S_FOLD)
  return <u32>borrow
}

/** 32 big-endian bytes of a normalized element. */
export function feToBytes(bytes: usize, a: usize): void {
  feToWords(S_FOLD, a)
  for (let i: usize = 0; i < 32; i += 4) storeBytes(bytes + 28 - i, load<u32>(S_FOLD + i))
}

/** Normalized words of a, at S_FOLD; r is lost. */
function wordsToInvert(r: usize, a: usize): void {
  feCarry(r, a)
  feNormalize(r)
  feToWords(S_FOLD, r)
}

/** r = 1 / a (0 for 0), in constant time. */
export function feInvert(r: usize, a: usize): void {
  wordsToInvert(r, a)
  invert(S_FOLD, S_FOLD, P30)
  feFromWords(r, S_FOLD)
}

/** The same, and k = 1 / k mod n beside it: for a processor that does several things at once, cheaper than one after the other. */
export function feInvertBoth(r: usize, a: usize, k: usize): void {
  wordsToInvert(r, a)
  invertBoth(S_FOLD, k)
  feFromWords(r, S_FOLD)
}

function squareTimes(r: usize, a: usize, count: i32): void {
  feSqr(r, a)
  for (let i = 1; i < count; i++) feSqr(r, r)
}

/**
 * r = a^((p + 1) / 4), the square root where there is one (p = 3 mod 4). The exponent is, in binary, 223 ones, a zero,
 * 22 ones, four zeros, two ones, two zeros; x_n stands for a^(2^n - 1). Uses T + 6 FE to T + 11 FE.
 */
export function feSqrt(r: usize, a: usize): void {
  const x2 = T + 6 * FE
  const x3 = T + 7 * FE
  const x22 = T + 8 * FE
  const x44 = T + 9 * FE
  const x = T + 10 * FE
  const y = T + 11 * FE
  feSqr(x2, a)
  feMul(x2, x2, a)
  feSqr(x3, x2)
  feMul(x3, x3, a)
  squareTimes(x, x3, 3)
  feMul(x, x, x3) // 6
  squareTimes(x, x, 3)
  feMul(x, x, x3) // 9
  squareTimes(x, x, 2)
  feMul(x, x, x2) // 11
  squareTimes(x22, x, 11)
  feMul(x22, x22, x)
  squareTimes(x44, x22, 22)
  feMul(x44, x44, x22)
  squareTimes(x, x44, 44)
  feMul(x, x, x44) // 88
  squareTimes(y, x, 88)
  feMul(y, y, x) // 176
  squareTimes(y, y, 44)
  feMul(y, y, x44) // 220
  squareTimes(y, y, 3)
  feMul(y, y, x3) // 223
  squareTimes(y, y, 23)
  feMul(y, y, x22)
  squareTimes(y, y, 6)
  feMul(y, y, x2)
  squareTimes(r, y, 2)
}

/** r = a^3 + 7 for the curve equation (SEC 2 §2.4.1). */
export function feCurve(r: usize, a: usize): void {
  const square = T + 11 * FE
  feSqr(square, a)
  feMul(r, square, a)
  store<u32>(r, load<u32>(r) + 7)
  feScale(r, r, 1)
}
