/**
 * Sums of multiples for public scalars: GLV halves in width-w non-adjacent form (J. Solinas, "Efficient arithmetic on Koblitz
 * curves", 2000) over one chain of doublings.
 */

import { loadGenerator } from "./blind"
import { feSetSmall } from "./field"
import { feCopy, feFromWords, feMul, feNeg, feSqr } from "./generated/field"
import { split } from "./glv"
import {
  jacAddAffine,
  jacDoubleNegate,
  jacIsInfinity,
  jacNegate,
  jacSetAffine,
  jacSetInfinity,
  jacToAffine,
} from "./jacobian"
import { DIGITS, FE, MULTIPLES, POINT, POINTS, S, SCALAR, T, WIDE_READY, WIDE_TABLE } from "./memory"

const WIDTH: u32 = 5
const ENTRIES: usize = 8
/** The generator's width, where there is memory for its table. */
const WIDE: u32 = 10
const WIDE_ENTRIES: usize = 256
const BITS: i32 = 130
const DIGITS_SIZE: usize = 272
const DIGITS2 = DIGITS + DIGITS_SIZE
const DIGITS3 = DIGITS + 2 * DIGITS_SIZE
const DIGITS4 = DIGITS + 3 * DIGITS_SIZE
const K2 = S + 5 * SCALAR
/** The ratio of each multiple's Z to the one before. */
const RATIOS = MULTIPLES + ENTRIES * POINT
const DOUBLE = POINTS + 2 * POINT
const SUM = POINTS + 3 * POINT
const ENTRY = MULTIPLES + 12 * POINT
/** Where `jacAddAffine` leaves that ratio. */
const H = T + 2 * FE
const SCALE = T + 6 * FE
const SQUARE = T + 7 * FE
const BETA_FE = T + 8 * FE
const SCALE2 = T + 9 * FE
const SCALE3 = T + 10 * FE

const BETA: usize = memory.data<u32>([
  0x719501ee, 0xc1396c28, 0x12f58995, 0x9cf04975, 0xac3434e9, 0x6e64479e, 0x657c0710, 0x7ae96a2b,
])

/** Digits of k, odd and below 2^(width - 1) in size or zero, two bytes per bit position; k is below 2^129. */
function recode(digits: usize, k: usize, width: u32): void {
  memory.fill(digits, 0, DIGITS_SIZE)
  let carry: u32 = 0
  for (let bit: u32 = 0; bit < 129; ) {
    const at = k + ((bit >> 5) << 2)
    const pair = <u64>load<u32>(at) | ((<u64>load<u32>(at, 4)) << 32)
    const window = <u32>(pair >> (bit & 31))
    if ((window & 1) === carry) {
      bit++
      continue
    }
    const digit = (window & ((1 << width) - 1)) + carry
    carry = digit >> (width - 1)
    store<i16>(digits + (bit << 1), <i16>(<i32>digit - <i32>(carry << width)))
    bit += width
  }
  if (carry) store<i16>(digits + 2 * 129, 1)
}

/**
 * P, 3P, ... 15P as (x, y, beta x). Sums are taken on the isomorphic curve where 2P is affine, then all are brought to the Z
 * of the last: so the whole table is affine on one curve, whose scale goes to SCALE (P. Wuille, "effective affine").
 */
function oddMultiples(p: usize): void {
  jacDoubleNegate(DOUBLE, p)
  jacNegate(DOUBLE)
  const z = DOUBLE + 2 * FE
  // P on the curve scaled by Z of 2P: (x Z^2, y Z^3).
  feSqr(SQUARE, z)
  feMul(SUM, p, SQUARE)
  feMul(SQUARE, SQUARE, z)
  feMul(SUM + FE, p + FE, SQUARE)
  feSetSmall(SUM + 2 * FE, 1)
  memory.copy(MULTIPLES, SUM, 2 * FE)
  for (let i: usize = 1; i < ENTRIES; i++) {
    jacAddAffine(SUM, SUM, DOUBLE)
    memory.copy(MULTIPLES + i * POINT, SUM, 2 * FE)
    feCopy(RATIOS + i * FE, H)
  }
  feMul(z, z, SUM + 2 * FE)
  feFromWords(BETA_FE, BETA)
  let at = MULTIPLES + (ENTRIES - 1) * POINT
  feMul(at + 2 * FE, at, BETA_FE)
  feCopy(SCALE, RATIOS + (ENTRIES - 1) * FE)
  for (let i: usize = ENTRIES - 2; ; i--) {
    at -= POINT
    feSqr(SQUARE, SCALE)
    feMul(at, at, SQUARE)
    feMul(SQUARE, SQUARE, SCALE)
    feMul(at + FE, at + FE, SQUARE)
    feMul(at + 2 * FE, at, BETA_FE)
    if (i === 0) break
    feMul(SCALE, SCALE, RATIOS + i * FE)
  }
}

/** The table's point for a digit: x or beta x, and y, negated where the digit or the half is negative. */
function entryOf(table: usize, digit: i32, negative: bool, x: usize): void {
  const size = digit < 0 ? -digit : digit
  const from = table + <usize>(size >> 1) * POINT
  feCopy(ENTRY, from + x)
  if (digit < 0 !== negative) feNeg(ENTRY + FE, from + FE, 2)
  else feCopy(ENTRY + FE, from + FE)
}

function addDigit(r: usize, digit: i32, negative: bool, x: usize): void {
  if (digit === 0) return
  entryOf(MULTIPLES, digit, negative, x)
  jacAddAffine(r, r, ENTRY)
}

/** The generator's multiples are brought to the scaled curve one by one. */
function addWideDigit(r: usize, digit: i32, negative: bool, x: usize): void {
  if (digit === 0) return
  entryOf(WIDE_TABLE, digit, negative, x)
  feMul(ENTRY, ENTRY, SCALE2)
  feMul(ENTRY + FE, ENTRY + FE, SCALE3)
  jacAddAffine(r, r, ENTRY)
}

/** r = k p + u G, p affine with Z = 1; u G only where `wide`. r apart from p; scalars are lost. */
export function multiplyPublic(r: usize, p: usize, k: usize, u: usize, wide: bool): void {
  const signs = split(k, K2)
  recode(DIGITS, k, WIDTH)
  recode(DIGITS2, K2, WIDTH)
  oddMultiples(p)
  let wideSigns: u32 = 0
  if (wide) {
    wideSigns = split(u, K2)
    recode(DIGITS3, u, WIDE)
    recode(DIGITS4, K2, WIDE)
    feSqr(SCALE2, DOUBLE + 2 * FE)
    feMul(SCALE3, SCALE2, DOUBLE + 2 * FE)
  }
  jacSetInfinity(r)
  for (let i = BITS - 1; i >= 0; i--) {
    // Every doubling turns the sign: at odd i the sum is r, at even i -r.
    const turned: u32 = ~i & 1
    const at = (<usize>i) << 1
    if (!jacIsInfinity(r)) jacDoubleNegate(r, r)
    addDigit(r, load<i16>(DIGITS + at), (signs & 1) !== turned, 0)
    addDigit(r, load<i16>(DIGITS2 + at), signs >> 1 !== turned, 2 * FE)
    if (wide) {
      addWideDigit(r, load<i16>(DIGITS3 + at), (wideSigns & 1) !== turned, 0)
      addWideDigit(r, load<i16>(DIGITS4 + at), wideSigns >> 1 !== turned, 2 * FE)
    }
  }
  jacNegate(r)
  // Back from the scaled curve.
  feMul(r + 2 * FE, r + 2 * FE, DOUBLE + 2 * FE)
}

/** Fills WIDE_TABLE with G, 3G, ... 511G: a millisecond once, then `verify` needs no comb. */
export function prepareVerify(): void {
  loadGenerator(DOUBLE)
  memory.copy(WIDE_TABLE, DOUBLE, POINT)
  jacDoubleNegate(SUM, DOUBLE)
  jacNegate(SUM)
  jacToAffine(DOUBLE, SUM)
  feFromWords(BETA_FE, BETA)
  for (let i: usize = 0; i < WIDE_ENTRIES; i++) {
    const at = WIDE_TABLE + i * POINT
    if (i > 0) {
      jacSetAffine(SUM, at - POINT)
      jacAddAffine(SUM, SUM, DOUBLE)
      jacToAffine(at, SUM)
    }
    feMul(at + 2 * FE, at, BETA_FE)
  }
  store<u32>(WIDE_READY, 1)
}
