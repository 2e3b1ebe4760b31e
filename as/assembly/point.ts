/**
 * Complete group law in projective coordinates (x = X/Z, y = Y/Z; infinity is 0:1:0): J. Renes, C. Costello, L. Batina,
 * "Complete addition formulas for prime order elliptic curves", EUROCRYPT 2016, algorithms 7 and 9 (a = 0). They hold for
 * every pair of points, so no case needs a branch: for secret multiples of a point that the other party chose (ECDH).
 *
 * Coordinates have magnitude 1 on entry and exit. The last three sums of products are reduced once each.
 */

import { feInvert, feNormalize } from "./field"
import { feAdd, feCarry, feCopy, feMul, feMulAdd, feNeg, feScale, feSelect, feSqr, feSub } from "./generated/field"
import { FE, POINT, T } from "./memory"

/** 3 * b of y^2 = x^3 + b. */
const B3: u32 = 21

const T0 = T
const T1 = T + FE
const T2 = T + 2 * FE
const T3 = T + 3 * FE
const T4 = T + 4 * FE
const T5 = T + 5 * FE

export function pointSetInfinity(p: usize): void {
  memory.fill(p, 0, POINT)
  store<u32>(p + FE, 1)
}

export function pointCopy(r: usize, p: usize): void {
  feCopy(r, p)
  feCopy(r + FE, p + FE)
  feCopy(r + 2 * FE, p + 2 * FE)
}

export function pointSelect(r: usize, p: usize, mask: u32): void {
  feSelect(r, p, mask)
  feSelect(r + FE, p + FE, mask)
  feSelect(r + 2 * FE, p + 2 * FE, mask)
}

/** r = p + q. Algorithm 7, with its three products of sums written as sums of two products. */
export function pointAdd(r: usize, p: usize, q: usize): void {
  feMul(T0, p, q)
  feMul(T1, p + FE, q + FE)
  feMul(T2, p + 2 * FE, q + 2 * FE)
  feScale(T2, T2, B3) // 1
  feMulAdd(T3, p, q + FE, p + FE, q) // 1 + 1
  feMulAdd(T4, p + FE, q + 2 * FE, p + 2 * FE, q + FE)
  feMulAdd(T5, p, q + 2 * FE, p + 2 * FE, q)
  feScale(T5, T5, B3) // 1
  feAdd(r, T0, T0)
  feAdd(T0, T0, r) // 3
  feAdd(r, T1, T2) // 2
  feSub(T1, T1, T2, 2) // 3
  feCarry(T1, T1) // 1
  feNeg(T2, T5, 2) // 2
  feMulAdd(T2, T3, T1, T4, T2) // 1*1 + 2*2
  feMulAdd(r + FE, T1, r, T5, T0) // 1*2 + 1*3
  // Z3 = (T1 + T2) T4 + T0 T3
  feMulAdd(r + 2 * FE, r, T4, T0, T3) // 2*2 + 3*1
  feCopy(r, T2)
}

/** r = 2p. Algorithm 9. */
export function pointDouble(r: usize, p: usize): void {
  feSqr(T0, p + FE)
  feMul(T1, p + FE, p + 2 * FE)
  feSqr(T2, p + 2 * FE)
  feScale(T2, T2, B3) // 1
  feMul(T3, p, p + FE)
  feScale(T4, T0, 8) // 1
  feAdd(T5, T0, T2) // 2
  feMul(r + 2 * FE, T1, T4)
  feScale(T1, T2, 3)
  feSub(T0, T0, T1, 2) // 3
  feCarry(T0, T0) // 1
  feMulAdd(r + FE, T0, T5, T2, T4) // 1*2 + 1*1
  feAdd(T3, T3, T3) // 2
  feMul(r, T0, T3) // 1*2
}

/** Normalized affine x and y of p at r and r + FE; zeros for infinity. */
export function pointToAffine(r: usize, p: usize): void {
  feInvert(T0, p + 2 * FE)
  feMul(r, p, T0)
  feMul(r + FE, p + FE, T0)
  feNormalize(r)
  feNormalize(r + FE)
}
