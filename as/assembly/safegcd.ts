/**
 * Modular inversion in constant time: D. J. Bernstein, B.-Y. Yang, "Fast constant-time gcd computation and modular
 * inversion", CHES 2019, with delta starting at 1/2 (590 steps suffice for 256-bit inputs: P. Wuille, "safegcd-bounds").
 * Numbers are nine signed limbs of 30 bits; thirty division steps are collected in a 2x2 matrix before it is applied.
 */
import { GCD } from "./memory"

export const F: usize = GCD
export const G: usize = GCD + 40
const D: usize = GCD + 80
const E: usize = GCD + 120
export const U: usize = GCD + 160
const FIRST: usize = GCD + 176
const MASK: i32 = 0x3fffffff
export const LIMBS: usize = 36
/** 20 * 30 >= 590. */
const ROUNDS: i32 = 20

/** 1/p and 1/n mod 2^30. */
export const P_INVERSE: u32 = 0x2ddacacf
export const N_INVERSE: u32 = 0x2a774ec1

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

/**
 * Fifteen division steps on the low bits of f and g: stores the matrix (u v; q r), returns delta - 1/2. f and its row are one
 * number, f + 2^20 u + 2^40 v, as g and its row are (as in T. Pornin, "Optimized binary GCD for modular inversion", 2020):
 * they are only added, negated and halved. The matrix starts from 2^15, so that halving stays exact; no field exceeds 2^15.
 */
function fifteen(matrix: usize, f: i32, g: i32, delta: i64): i64 {
  let x: i64 = ((<i64>1) << 35) + (f & 0x7fff)
  let y: i64 = ((<i64>1) << 55) + (g & 0x7fff)
  for (let i = 0; i < 15; i++) {
    const odd = 0 - (y & 1)
    const ahead = ~(delta >> 63)
    const swap = odd & ahead
    y += ((x ^ ahead) - ahead) & odd
    x += y & swap
    y >>= 1
    delta = (delta ^ swap) + 1
  }
  storeRow(matrix, x)
  storeRow(matrix + 8, y)
  return delta
}

/** The two upper fields, each rounded to the nearest. */
function storeRow(at: usize, row: i64): void {
  const second = (row + ((<i64>1) << 39)) >> 40
  store<i32>(at, <i32>((row - (second << 40) + (1 << 19)) >> 20))
  store<i32>(at, <i32>second, 4)
}

/** Thirty division steps: their matrix at U, the product of two halves. */
function divsteps(delta: i64): i64 {
  const f = load<i32>(F)
  const g = load<i32>(G)
  delta = fifteen(FIRST, f, g, delta)
  const u = load<i32>(FIRST)
  const v = load<i32>(FIRST, 4)
  const q = load<i32>(FIRST, 8)
  const r = load<i32>(FIRST, 12)
  delta = fifteen(U, (u * f + v * g) >> 15, (q * f + r * g) >> 15, delta)
  for (let i: usize = 0; i < 16; i += 8) {
    const a = load<i32>(U + i)
    const b = load<i32>(U + i, 4)
    store<i32>(U + i, a * u + b * q)
    store<i32>(U + i, a * v + b * r, 4)
  }
  return delta
}

/** (f, g) = (u f + v g, q f + r g) / 2^30, exactly. */
export function updateFG(size: usize): void {
  const u: i64 = load<i32>(U)
  const v: i64 = load<i32>(U, 4)
  const q: i64 = load<i32>(U, 8)
  const r: i64 = load<i32>(U, 12)
  let f: i64 = load<i32>(F)
  let g: i64 = load<i32>(G)
  let cf = (u * f + v * g) >> 30
  let cg = (q * f + r * g) >> 30
  for (let i: usize = 4; i < size; i += 4) {
    f = load<i32>(F + i)
    g = load<i32>(G + i)
    cf += u * f + v * g
    cg += q * f + r * g
    store<i32>(F + i - 4, <i32>cf & MASK)
    store<i32>(G + i - 4, <i32>cg & MASK)
    cf >>= 30
    cg >>= 30
  }
  store<i32>(F + size - 4, <i32>cf)
  store<i32>(G + size - 4, <i32>cg)
}

/** The same for (d, e) modulo m: a multiple of m makes the sums divisible; d and e stay within (-2m, m). */
export function updateDE(modulus: usize, inverse: u32): void {
  const u: i64 = load<i32>(U)
  const v: i64 = load<i32>(U, 4)
  const q: i64 = load<i32>(U, 8)
  const r: i64 = load<i32>(U, 12)
  let d: i64 = load<i32>(D)
  let e: i64 = load<i32>(E)
  const dNegative = load<i32>(D, 32) >> 31
  const eNegative = load<i32>(E, 32) >> 31
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
  for (let i: usize = 4; i < LIMBS; i += 4) {
    d = load<i32>(D + i)
    e = load<i32>(E + i)
    m = load<i32>(modulus + i)
    cd += u * d + v * e + m * md
    ce += q * d + r * e + m * me
    store<i32>(D + i - 4, <i32>cd & MASK)
    store<i32>(E + i - 4, <i32>ce & MASK)
    cd >>= 30
    ce >>= 30
  }
  store<i32>(D, <i32>cd, 32)
  store<i32>(E, <i32>ce, 32)
}

/** d = sign * d in [0, m), for d in (-2m, m): add m where negative, negate by the sign, carry; twice. */
function settle(modulus: usize, sign: i32): void {
  let flip = sign
  for (let pass = 0; pass < 2; pass++) {
    const negative = load<i32>(D, 32) >> 31
    let carry: i32 = 0
    for (let i: usize = 0; i < LIMBS; i += 4) {
      const limb = load<i32>(D + i) + (load<i32>(modulus + i) & negative)
      carry += (limb ^ flip) - flip
      store<i32>(D + i, i < 32 ? carry & MASK : carry)
      carry >>= 30
    }
    flip = 0
  }
}

export function start(a: usize, modulus: usize): void {
  memory.fill(D, 0, 80)
  store<u32>(E, 1)
  memory.copy(F, modulus, LIMBS)
  toLimbs(G, a)
}

export function finish(r: usize, modulus: usize, sign: i32): void {
  settle(modulus, sign)
  fromLimbs(r, D)
}

/** r = 1 / a mod m; eight words each, m in 30-bit limbs, `inverse` = 1/m mod 2^30. 0 gives 0. */
export function invert(r: usize, a: usize, modulus: usize, inverse: u32): void {
  start(a, modulus)
  let delta: i64 = 0
  for (let i = 0; i < ROUNDS; i++) {
    delta = divsteps(delta)
    updateDE(modulus, inverse)
    updateFG(LIMBS)
  }
  finish(r, modulus, load<i32>(F, 32) >> 31)
}
