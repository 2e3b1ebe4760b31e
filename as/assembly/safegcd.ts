/**
 * Modular inversion in constant time: D. J. Bernstein, B.-Y. Yang, "Fast constant-time gcd computation and modular
 * inversion", CHES 2019, with delta starting at 1/2 (590 steps suffice for 256-bit inputs: P. Wuille, "safegcd-bounds").
 * Numbers are nine signed limbs of 30 bits; thirty division steps are collected in a 2x2 matrix before it is applied.
 */
import { D, divsteps, divstepsTwice, E, ETA, F, G, U } from "./divsteps"
import { GCD, LANE } from "./memory"

const MASK: i32 = 0x3fffffff
export const LIMBS: usize = 36
/** 20 * 30 >= 590. */
const ROUNDS: i32 = 20

/** Moduli in 30-bit limbs; behind them, their inverses mod 2^30. */
export const P30: usize = memory.data<u32>([
  0x3ffffc2f, 0x3ffffffb, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0xffff, 0x2ddacacf,
])
export const N30: usize = memory.data<u32>([
  0x10364141, 0x3f497a33, 0x348a03bb, 0x2bb739ab, 0x3ffffeba, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0xffff, 0x2a774ec1,
])

function toLimbs(r: usize, words: usize): void {
  for (let i: u32 = 0; i < 9; i++) {
    const bit = 30 * i
    const at = words + ((bit >> 5) << 2)
    // The last limb must not read beyond the eight words.
    const high: u64 = i === 8 ? 0 : load<u32>(at, 4)
    const pair: u64 = load<u32>(at) | (high << 32)
    store<u32>(r + (i << 2), <u32>(pair >> (bit & 31)) & MASK)
  }
}

function fromLimbs(words: usize, a: usize): void {
  let bits: u64 = 0
  let count: u64 = 0
  for (let i: u32 = 0; i < 9; i++) {
    bits |= (<u64>load<u32>(a + (i << 2))) << count
    count += 30
    if (count >= 32) {
      store<u32>(words, <u32>bits)
      words += 4
      bits >>= 32
      count -= 32
    }
  }
}

/** (f, g) = (u f + v g, q f + r g) / 2^30, exactly. */
export function updateFG(lane: usize): void {
  const u: i64 = load<i32>(lane + U)
  const v: i64 = load<i32>(lane + U, 4)
  const q: i64 = load<i32>(lane + U, 8)
  const r: i64 = load<i32>(lane + U, 12)
  let f: i64 = load<i32>(lane + F)
  let g: i64 = load<i32>(lane + G)
  let cf = (u * f + v * g) >> 30
  let cg = (q * f + r * g) >> 30
  for (let i: usize = 0; i < 32; i += 8) {
    f = load<i32>(lane + F + i, 4)
    g = load<i32>(lane + G + i, 4)
    cf += u * f + v * g
    cg += q * f + r * g
    store<i32>(lane + F + i, <i32>cf & MASK)
    store<i32>(lane + G + i, <i32>cg & MASK)
    cf >>= 30
    cg >>= 30
    f = load<i32>(lane + F + i, 8)
    g = load<i32>(lane + G + i, 8)
    cf += u * f + v * g
    cg += q * f + r * g
    store<i32>(lane + F + i, <i32>cf & MASK, 4)
    store<i32>(lane + G + i, <i32>cg & MASK, 4)
    cf >>= 30
    cg >>= 30
  }
  store<i32>(lane + F, <i32>cf, 32)
  store<i32>(lane + G, <i32>cg, 32)
}

/** The same for (d, e) modulo m: a multiple of m makes the sums divisible; d and e stay within (-2m, m). */
export function updateDE(lane: usize, modulus: usize): void {
  const inverse = load<u32>(modulus, 36)
  const u: i64 = load<i32>(lane + U)
  const v: i64 = load<i32>(lane + U, 4)
  const q: i64 = load<i32>(lane + U, 8)
  const r: i64 = load<i32>(lane + U, 12)
  let d: i64 = load<i32>(lane + D)
  let e: i64 = load<i32>(lane + E)
  const dNegative = load<i32>(lane + D, 32) >> 31
  const eNegative = load<i32>(lane + E, 32) >> 31
  let kd = (<i32>u & dNegative) + (<i32>v & eNegative)
  let ke = (<i32>q & dNegative) + (<i32>r & eNegative)
  let cd = u * d + v * e
  let ce = q * d + r * e
  kd -= <i32>(inverse * <u32>cd + <u32>kd) & MASK
  ke -= <i32>(inverse * <u32>ce + <u32>ke) & MASK
  const md: i64 = kd
  const me: i64 = ke
  let m: i64 = load<i32>(modulus)
  cd = (cd + m * md) >> 30
  ce = (ce + m * me) >> 30
  for (let i: usize = 0; i < 32; i += 8) {
    d = load<i32>(lane + D + i, 4)
    e = load<i32>(lane + E + i, 4)
    m = load<i32>(modulus + i, 4)
    cd += u * d + v * e + m * md
    ce += q * d + r * e + m * me
    store<i32>(lane + D + i, <i32>cd & MASK)
    store<i32>(lane + E + i, <i32>ce & MASK)
    cd >>= 30
    ce >>= 30
    d = load<i32>(lane + D + i, 8)
    e = load<i32>(lane + E + i, 8)
    m = load<i32>(modulus + i, 8)
    cd += u * d + v * e + m * md
    ce += q * d + r * e + m * me
    store<i32>(lane + D + i, <i32>cd & MASK, 4)
    store<i32>(lane + E + i, <i32>ce & MASK, 4)
    cd >>= 30
    ce >>= 30
  }
  store<i32>(lane + D, <i32>cd, 32)
  store<i32>(lane + E, <i32>ce, 32)
}

/** d = sign * d in [0, m), for d in (-2m, m): add m where negative, negate by the sign, carry; twice. */
function settle(lane: usize, modulus: usize, sign: i32): void {
  let flip = sign
  for (let pass = 0; pass < 2; pass++) {
    const negative = load<i32>(lane + D, 32) >> 31
    let carry: i32 = 0
    for (let i: usize = 0; i < LIMBS; i += 4) {
      const limb = load<i32>(lane + D + i) + (load<i32>(modulus + i) & negative)
      carry += (limb ^ flip) - flip
      store<i32>(lane + D + i, i < 32 ? carry & MASK : carry)
      carry >>= 30
    }
    flip = 0
  }
}

/** Readies a lane to invert a. */
export function start(lane: usize, a: usize, modulus: usize): void {
  memory.fill(lane + D, 0, 80)
  store<u32>(lane + E, 1)
  for (let i: usize = 0; i < LIMBS; i += 4) store<u32>(lane + F + i, load<u32>(modulus + i))
  toLimbs(lane + G, a)
  store<i64>(lane + ETA, -1)
}

export function finish(r: usize, lane: usize, modulus: usize): void {
  settle(lane, modulus, load<i32>(lane + F, 32) >> 31)
  fromLimbs(r, lane + D)
}

/** r = 1 / a mod m, eight words each, m in limbs. 0 gives 0. */
export function invert(r: usize, a: usize, modulus: usize): void {
  start(GCD, a, modulus)
  for (let i = 0; i < ROUNDS; i++) {
    divsteps(GCD)
    updateFG(GCD)
    updateDE(GCD, modulus)
  }
  finish(r, GCD, modulus)
}

/** a = 1 / a mod p and b = 1 / b mod n, side by side. */
export function invertBoth(a: usize, b: usize): void {
  const other = GCD + LANE
  start(GCD, a, P30)
  start(other, b, N30)
  for (let i = 0; i < ROUNDS; i++) {
    divstepsTwice()
    updateFG(GCD)
    updateFG(other)
    updateDE(GCD, P30)
    updateDE(other, N30)
  }
  finish(a, GCD, P30)
  finish(b, other, N30)
}
