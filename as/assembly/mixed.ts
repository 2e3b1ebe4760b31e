/**
 * Additions of affine points to a secret sum, in coordinates x = X/ZZ, y = Y/ZZZ with ZZ^3 = ZZZ^2 ("XYZZ", D. Bernstein and
 * T. Lange, Explicit-Formulas Database, madd-2008-s and dbl-2008-s-1). Without a branch, and proven never to be wrong unseen:
 *
 * - An addition holds unless ZZ = 0 before it or P = x2 ZZ - X is 0 (the points are equal or opposite); ZZ becomes ZZ P^2.
 *   So it is right, with ZZ not 0 after it, or it leaves ZZ = 0, for the field has no divisors of zero.
 * - A doubling multiplies ZZ by Y^2, and Y is not 0: the order of the group is odd, no point is its own opposite.
 *
 * Once 0, ZZ stays 0. A sum that ends with ZZ not 0 met no exception, whatever points and scalar were; `multiplyBase` looks
 * at the end, and starts again from another blinding point where ZZ = 0.
 *
 * Both return the opposite of the sum, which saves negating a product: the caller counts the turns. Coordinates have
 * magnitude 1 on entry and exit.
 */
import { FE_ZERO, feNormalize } from "./field"
import { feMul, feMulAdd, feMulSub, feSqr, feSqrSub, feSub, feThreeHalves } from "./generated/field"
import { FE, T } from "./memory"

export const ZZ: usize = 2 * FE
export const ZZZ: usize = 3 * FE

const P = T
const R = T + FE
const PP = T + 2 * FE
const Q = T + 3 * FE

/** p = -(p + q), q affine with y of magnitude up to 2. */
export function mixedAddNegate(p: usize, q: usize): void {
  feMulSub(P, q, p + ZZ, p)
  feMulSub(R, q + FE, p + ZZZ, p + FE) // 2*1
  feSqr(PP, P)
  feMul(P, P, PP) // PPP
  feMul(p + ZZ, p + ZZ, PP)
  feMul(p + ZZZ, p + ZZZ, P)
  feMul(Q, p, PP)
  feSqrSub(p, R, P, Q) // X3 = R^2 - PPP - 2Q
  feSub(Q, p, Q, 2) // 3
  feMulAdd(p + FE, R, Q, p + FE, P) // -Y3 = R (X3 - Q) + Y PPP: 1*3 + 1*1
}

/** p = -2p, everything scaled by a half: V = Y^2, S = X V, M = 3/2 X^2. */
export function mixedDoubleNegate(p: usize): void {
  feSqr(PP, p + FE) // V
  feMul(R, p + FE, PP)
  feMul(p + ZZ, p + ZZ, PP)
  feMul(p + ZZZ, p + ZZZ, R)
  feMul(Q, p, PP) // S
  feSqr(P, p)
  feThreeHalves(P, P) // 1
  feSqrSub(p, P, FE_ZERO, Q)
  feSub(Q, p, Q, 2) // 3
  feMulAdd(p + FE, P, Q, PP, PP) // -Y3 = M (X3 - S) + V^2
}

/** Normalized affine x and y of p at p and p + FE, its ZZZ having been inverted; zeros where that was 0. */
export function mixedToAffine(p: usize): void {
  feMul(PP, p + ZZ, p + ZZZ)
  feSqr(PP, PP) // 1/ZZ
  feMul(p, p, PP)
  feMul(p + FE, p + FE, p + ZZZ)
  feNormalize(p)
  feNormalize(p + FE)
}
