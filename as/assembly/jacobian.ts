/**
 * Points in Jacobian coordinates (x = X/Z^2, y = Y/Z^3), for public values only: exceptional cases are met by branches.
 * Coordinates have magnitude 1, but y of an affine summand may have 2. Infinity is a flag in the padding of Z.
 */
import { FE_ZERO, feInvert, feNormalize, feSetSmall, feVanishes } from "./field"
import {
  feCarry,
  feCopy,
  feMul,
  feMulAdd,
  feMulSub,
  feNeg,
  feSqr,
  feSqrSub,
  feSub,
  feThreeHalves,
} from "./generated/field"
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
  feCarry(r + FE, q + FE)
  store<u32>(r + INFINITY, 0)
  feSetSmall(r + 2 * FE, 1)
}

/**
 * r = -2p with L = 3/2 X^2, S = Y^2, M = X S: X3 = L^2 - 2M, -Y3 = L (X3 - M) + S^2, Z3 = Y Z. The order is odd, so no point
 * but infinity doubles to infinity. The sign saves a subtraction; chains of doublings keep track of it.
 */
export function jacDoubleNegate(r: usize, p: usize): void {
  feMul(r + 2 * FE, p + FE, p + 2 * FE)
  store<u32>(r + INFINITY, load<u32>(p + INFINITY))
  feSqr(S2, p + FE)
  feSqr(U1, p)
  feThreeHalves(U1, U1)
  feMul(S1, p, S2)
  feSqrSub(r, U1, FE_ZERO, S1)
  feSub(U2, r, S1, 2) // 3
  feMulAdd(r + FE, U1, U2, S2, S2)
}

export function jacNegate(r: usize): void {
  feNeg(r + FE, r + FE, 2)
  feCarry(r + FE, r + FE)
}

/** r = p + q, q affine. Leaves H at U2, with Z3 = Z1 H. */
export function jacAddAffine(r: usize, p: usize, q: usize): void {
  if (jacIsInfinity(p)) {
    jacSetAffine(r, q)
    return
  }
  const z = p + 2 * FE
  feSqr(SQUARE, z)
  feMulSub(U2, q, SQUARE, p)
  feMul(SQUARE, SQUARE, z)
  feMulSub(S2, q + FE, SQUARE, p + FE) // 2*1
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
  feSqr(SQUARE, q + 2 * FE)
  feMul(U1, p, SQUARE)
  feMul(SQUARE, SQUARE, q + 2 * FE)
  feMul(S1, p + FE, SQUARE)
  feSqr(SQUARE, p + 2 * FE)
  feMulSub(U2, q, SQUARE, U1)
  feMul(SQUARE, SQUARE, p + 2 * FE)
  feMulSub(S2, q + FE, SQUARE, S1)
  feMul(Z, p + 2 * FE, q + 2 * FE)
  addEnd(r, p, U1, S1, Z)
}

/**
 * H = U2 - U1 (at U2), I = S2 - S1 (at S2): X3 = I^2 - H^3 - 2 U1 H^2, Y3 = I (U1 H^2 - X3) - S1 H^3, Z3 = Z H, where Z is
 * the product of both. Where H = 0 the points are equal (p doubles) or opposite.
 */
function addEnd(r: usize, p: usize, u1: usize, s1: usize, z: usize): void {
  if (feVanishes(U2)) {
    if (feVanishes(S2)) {
      jacDoubleNegate(r, p)
      jacNegate(r)
    } else jacSetInfinity(r)
    return
  }
  feMul(r + 2 * FE, z, U2)
  store<u32>(r + INFINITY, 0)
  feSqr(SQUARE, U2)
  feMul(U1, u1, SQUARE)
  feMul(SQUARE, SQUARE, U2)
  feSqrSub(r, S2, SQUARE, U1)
  feNeg(SQUARE, SQUARE, 2) // 2
  feSub(U1, U1, r, 2) // 3
  feMulAdd(r + FE, U1, S2, s1, SQUARE) // 3*1 + 1*2
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
