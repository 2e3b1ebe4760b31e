/**
 * Inversion of public values: the division steps of safegcd.ts with delta from 1, zeros of g skipped at once, up to six bits of
 * g cleared by one multiple of f, and an end as soon as g is 0 (Bernstein-Yang 2019 §8 on variable time).
 */
import { F, G, U } from "./divsteps"
import { GCD } from "./memory"
import { finish, LIMBS, start, updateDE, updateFG } from "./safegcd"

/** As `divsteps`; eta is -delta. */
function divstepsPublic(eta: i32): i32 {
  let f: i32 = load<i32>(GCD + F)
  let g: i32 = load<i32>(GCD + G)
  let u: i32 = 1
  let v: i32 = 0
  let q: i32 = 0
  let r: i32 = 1
  for (let left = 30; ; ) {
    const zeros = ctz<i32>(g | (-1 << left))
    g >>= zeros
    u <<= zeros
    v <<= zeros
    eta -= zeros
    left -= zeros
    if (left === 0) break
    if (eta < 0) {
      eta = -eta
      const oldF = f
      const oldU = u
      const oldV = v
      f = g
      g = -oldF
      u = q
      q = -oldU
      v = r
      r = -oldV
    }
    // f (2 - f^2) is 1/f mod 2^6 (one Newton step from f = 1/f mod 2^3), so w = -g/f clears that many bits of g.
    const limit = min<i32>(eta + 1, left)
    const w = (f * g * (f * f - 2)) & ((1 << min<i32>(limit, 6)) - 1)
    g += f * w
    q += u * w
    r += v * w
  }
  store<i32>(GCD + U, u)
  store<i32>(GCD + U, v, 4)
  store<i32>(GCD + U, q, 8)
  store<i32>(GCD + U, r, 12)
  return eta
}

function isZero(a: usize): bool {
  let bits: u32 = 0
  for (let i: usize = 0; i < LIMBS; i += 4) bits |= load<u32>(a + i)
  return bits === 0
}

/** As `invert`. */
export function invertPublic(r: usize, a: usize, modulus: usize): void {
  start(GCD, a, modulus)
  let eta: i32 = -1
  while (!isZero(GCD + G)) {
    eta = divstepsPublic(eta)
    updateDE(GCD, modulus)
    updateFG(GCD)
  }
  finish(r, GCD, modulus)
}
