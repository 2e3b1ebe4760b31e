/** k P for a public k and P: GLV halves in width-5 non-adjacent form (Solinas 2000) over one chain of doublings. */
import { feSetSmall } from "./field"
import { feCopy, feFromWords, feMul, feNeg, feSqr } from "./generated/field"
import { split } from "./glv"
import { jacAddAffine, jacDoubleNegate, jacIsInfinity, jacNegate, jacSetInfinity } from "./jacobian"
import { DIGITS, FE, MULTIPLES, POINT, POINTS, S, SCALAR, T } from "./memory"

const WIDTH: u32 = 5
const ENTRIES: usize = 8
const BITS: i32 = 130
const DIGITS2 = DIGITS + 136
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

const BETA: usize = memory.data<u32>([
  0x719501ee, 0xc1396c28, 0x12f58995, 0x9cf04975, 0xac3434e9, 0x6e64479e, 0x657c0710, 0x7ae96a2b,
])

/** Digits of k, odd in -15..15 or zero, one byte per bit position; k is below 2^129. */
function recode(digits: usize, k: usize): void {
  memory.fill(digits, 0, 136)
  let carry: u32 = 0
  for (let bit: u32 = 0; bit < 129; ) {
    const at = k + ((bit >> 5) << 2)
    const pair = <u64>load<u32>(at) | ((<u64>load<u32>(at, 4)) << 32)
    const window = <u32>(pair >> (bit & 31))
    if ((window & 1) === carry) {
      bit++
      continue
    }
    const digit = (window & 31) + carry
    carry = digit >> 4
    store<i8>(digits + bit, <i8>(<i32>digit - <i32>(carry << 5)))
    bit += WIDTH
  }
  if (carry) store<i8>(digits + 129, 1)
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

function addDigit(r: usize, digit: i32, negative: bool, x: usize): void {
  if (digit === 0) return
  const size = digit < 0 ? -digit : digit
  const from = MULTIPLES + <usize>(size >> 1) * POINT
  feCopy(ENTRY, from + x)
  if (digit < 0 !== negative) feNeg(ENTRY + FE, from + FE, 2)
  else feCopy(ENTRY + FE, from + FE)
  jacAddAffine(r, r, ENTRY)
}

/** r = k p, p affine with Z = 1; r apart from p. k is lost. */
export function multiplyPublic(r: usize, p: usize, k: usize): void {
  const signs = split(k, K2)
  recode(DIGITS, k)
  recode(DIGITS2, K2)
  oddMultiples(p)
  jacSetInfinity(r)
  for (let i = BITS - 1; i >= 0; i--) {
    // Every doubling turns the sign: at odd i the sum is r, at even i -r.
    const turned: u32 = ~i & 1
    if (!jacIsInfinity(r)) jacDoubleNegate(r, r)
    addDigit(r, load<i8>(DIGITS + i), (signs & 1) !== turned, 0)
    addDigit(r, load<i8>(DIGITS2 + i), signs >> 1 !== turned, 2 * FE)
  }
  jacNegate(r)
  // Back from the scaled curve.
  feMul(r + 2 * FE, r + 2 * FE, DOUBLE + 2 * FE)
}
