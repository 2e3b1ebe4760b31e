/**
 * Points in Jacobian coordinates (x = X/Z^2, y = Y/Z^3), for public values only: exceptional cases are met by branches.
 * Magnitudes on entry and exit: X 1, Y at most 2, Z 1. Infinity is a flag in the padding of Z.
 */
import { feInvert, feNormalize, feSetSmall, feVanishes } from "./field"
import { feAdd, feCarry, feCopy, feHalf, feMul, feMulAdd, feNeg, feSqr, feSub } from "./generated/field"
import { FE, POINT, T } from "./memory"

const INFINITY: usize = 2 * FE + 36

const U1 = T
const S1 = T + FE
const U2 = T + 2 * FE
const S2 = T + 3 * FE
const Z = T + 4 * FE
const SQUARE = T + 5 * FE

export function jacIsInfinity(p: usize): bool {
  return load<u32>(p + INFINITY) !== 0
}

export function jacSetInfinity(p: usize): void {
  memory.fill(p, 0, POINT)
  store<u32>(p + INFINITY, 1)
}

export function jacSetAffine(r: usize, q: usize): void {
  feCopy(r, q)
  feCopy(r + FE, q + FE)
  store<u32>(r + INFINITY, 0)
  feSetSmall(r + 2 * FE, 1)
}

/**
 * r = 2p with L = 3/2 X^2, S = Y^2, T = -X S: X3 = L^2 + 2T, Y3 = -(L (X3 + T) + S^2), Z3 = Y Z. The order is odd, so no
 * point but infinity doubles to infinity.
 */
export function jacDouble(r: usize, p: usize): void {
  feMul(r + 2 * FE, p + FE, p + 2 * FE)
  store<u32>(r + INFINITY, load<u32>(p + INFINITY))
  feSqr(S2, p + FE) // 2^2
  feSqr(U1, p)
  feAdd(U2, U1, U1)
  feAdd(U1, U1, U2) // 3
  feHalf(U1, U1) // 2
  feMul(S1, p, S2)
  feNeg(S1, S1, 2) // 2
  doubleEnd(r)
}

export function doubleEnd(r: usize): void {
  feSqr(U2, U1) // 2^2
  feAdd(U2, U2, S1)
  feAdd(U2, U2, S1) // 5
  feCarry(r, U2) // 1
  feAdd(U2, r, S1) // 3
  feMulAdd(U2, U1, U2, S2, S2) // 2*3 + 1*1
  feNeg(r + FE, U2, 2) // 2
}

/** r = p + q, q affine with Y of magnitude up to 2. Leaves H at U2, with Z3 = Z1 H. */
export function jacAddAffine(r: usize, p: usize, q: usize): void {
  if (jacIsInfinity(p)) {
    jacSetAffine(r, q)
    return
  }
  const z = p + 2 * FE
  feSqr(SQUARE, z)
  feMul(U2, q, SQUARE)
  feMul(SQUARE, SQUARE, z)
  feMul(S2, q + FE, SQUARE) // 2*1
  addEnd(r, p, p, p + FE, z)
}

/** r = p + q. */
export function jacAdd(r: usize, p: usize, q: usize): void {
  if (jacIsInfinity(q)) {
    memory.copy(r, p, POINT)
    return
  }
  if (jacIsInfinity(p)) {
    memory.copy(r, q, POINT)
    return
  }
  feSqr(SQUARE, p + 2 * FE)
  feMul(U2, q, SQUARE)
  feMul(SQUARE, SQUARE, p + 2 * FE)
  feMul(S2, q + FE, SQUARE)
  feSqr(SQUARE, q + 2 * FE)
  feMul(U1, p, SQUARE)
  feMul(SQUARE, SQUARE, q + 2 * FE)
  feMul(S1, p + FE, SQUARE)
  feMul(Z, p + 2 * FE, q + 2 * FE)
  addEnd(r, p, U1, S1, Z)
}

/**
 * H = U2 - U1, I = S2 - S1: X3 = I^2 - H^3 - 2 U1 H^2, Y3 = I (U1 H^2 - X3) - S1 H^3, Z3 = Z H, where Z is the product of
 * both. S1 may have magnitude 2. Where H = 0 the points are equal (p doubles) or opposite.
 */
function addEnd(r: usize, p: usize, u1: usize, s1: usize, z: usize): void {
  addDifferences(u1, s1)
  if (feVanishes(U2)) {
    if (feVanishes(S2)) jacDouble(r, p)
    else jacSetInfinity(r)
    return
  }
  feMul(r + 2 * FE, z, U2)
  store<u32>(r + INFINITY, 0)
  addCoordinates(r, u1, s1)
}

export function addDifferences(u1: usize, s1: usize): void {
  feSub(U2, U2, u1, 2) // 3
  feCarry(U2, U2) // 1
  feSub(S2, S2, s1, 3) // 4
  feCarry(S2, S2) // 1
}

export function addCoordinates(r: usize, u1: usize, s1: usize): void {
  feSqr(SQUARE, U2)
  feMul(U1, u1, SQUARE)
  feMul(SQUARE, SQUARE, U2)
  feNeg(SQUARE, SQUARE, 2) // 2: -H^3
  feMul(S1, s1, SQUARE) // 2*2
  feSqr(Z, S2)
  feAdd(Z, Z, SQUARE) // 3
  feSub(Z, Z, U1, 2) // 5
  feSub(Z, Z, U1, 2) // 7
  feCarry(r, Z) // 1
  feSub(Z, U1, r, 2) // 3
  feMul(Z, Z, S2)
  feAdd(r + FE, Z, S1) // 2
}

/** Normalized affine x and y at r and r + FE. */
export function jacToAffine(r: usize, p: usize): void {
  feInvert(Z, p + 2 * FE)
  feSqr(SQUARE, Z)
  feMul(r, p, SQUARE)
  feMul(SQUARE, SQUARE, Z)
  feMul(r + FE, p + FE, SQUARE)
  feNormalize(r)
  feNormalize(r + FE)
}

/** Whether the affine x of p is the element at x (magnitude 1): X = x Z^2, without an inversion. */
export function jacHasX(p: usize, x: usize): bool {
  feSqr(SQUARE, p + 2 * FE)
  feMul(U1, x, SQUARE)
  feSub(U1, U1, p, 2)
  return feVanishes(U1)
}
