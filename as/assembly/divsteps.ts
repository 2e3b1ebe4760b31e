/**
 * The division steps of safegcd.ts, thirty to a matrix, as two batches of fifteen; for one inversion, or for two side by side.
 */
import { GCD, LANE } from "./memory"

/** Within a lane: numbers of nine limbs, matrices (u v; q r), low bits of f and g, -1/2 - delta. */
export const F: usize = 0
export const G: usize = 40
export const D: usize = 80
export const E: usize = 120
export const U: usize = 160
const FIRST: usize = 176
const LOW: usize = 192
export const ETA: usize = 200

/**
 * Fifteen division steps on the low bits of f and g, their matrix to `matrix` of the lane. f and its row are one number,
 * f + 2^20 u + 2^40 v, as g and its row are (as in T. Pornin, "Optimized binary GCD for modular inversion", 2020): they are only
 * added, negated, exchanged and halved. The matrix starts from 2^15, so that halving stays exact; no field exceeds 2^15.
 */
function fifteen(lane: usize, matrix: usize): void {
  let x = firstRow(lane)
  let y = secondRow(lane)
  let eta = load<i64>(lane + ETA)
  for (let i = 0; i < 15; i++) {
    const odd = 0 - (y & 1)
    const ahead = eta >> 63
    const swap = odd & ahead
    const step = ((x ^ ahead) - ahead) & odd
    x ^= (x ^ y) & swap
    y = (y + step) >> 1
    eta = (eta ^ swap) - 1
  }
  storeRow(lane + matrix, x)
  storeRow(lane + matrix + 8, y)
  store<i64>(lane + ETA, eta)
}

/** The same in both lanes: a step waits for the one before it, so a processor that does several things at once has time for another. */
function fifteenTwice(matrix: usize): void {
  const other = GCD + LANE
  let x = firstRow(GCD)
  let y = secondRow(GCD)
  let eta = load<i64>(GCD + ETA)
  let x2 = firstRow(other)
  let y2 = secondRow(other)
  let eta2 = load<i64>(other + ETA)
  for (let i = 0; i < 15; i++) {
    const odd = 0 - (y & 1)
    const ahead = eta >> 63
    const swap = odd & ahead
    const step = ((x ^ ahead) - ahead) & odd
    x ^= (x ^ y) & swap
    y = (y + step) >> 1
    eta = (eta ^ swap) - 1
    const odd2 = 0 - (y2 & 1)
    const ahead2 = eta2 >> 63
    const swap2 = odd2 & ahead2
    const step2 = ((x2 ^ ahead2) - ahead2) & odd2
    x2 ^= (x2 ^ y2) & swap2
    y2 = (y2 + step2) >> 1
    eta2 = (eta2 ^ swap2) - 1
  }
  storeRow(GCD + matrix, x)
  storeRow(GCD + matrix + 8, y)
  store<i64>(GCD + ETA, eta)
  storeRow(other + matrix, x2)
  storeRow(other + matrix + 8, y2)
  store<i64>(other + ETA, eta2)
}

function firstRow(lane: usize): i64 {
  return ((<i64>1) << 35) + (load<i32>(lane + LOW) & 0x7fff)
}

function secondRow(lane: usize): i64 {
  return ((<i64>1) << 55) + (load<i32>(lane + LOW, 4) & 0x7fff)
}

/** The two upper fields, each rounded to the nearest. */
function storeRow(at: usize, row: i64): void {
  const second = (row + ((<i64>1) << 39)) >> 40
  store<i32>(at, <i32>((row - (second << 40) + (1 << 19)) >> 20))
  store<i32>(at, <i32>second, 4)
}

function begin(lane: usize): void {
  store<i32>(lane + LOW, load<i32>(lane + F))
  store<i32>(lane + LOW, load<i32>(lane + G), 4)
}

/** The first matrix applied to the low limbs alone. */
function proceed(lane: usize): void {
  const f = load<i32>(lane + LOW)
  const g = load<i32>(lane + LOW, 4)
  store<i32>(lane + LOW, (load<i32>(lane + FIRST) * f + load<i32>(lane + FIRST, 4) * g) >> 15)
  store<i32>(lane + LOW, (load<i32>(lane + FIRST, 8) * f + load<i32>(lane + FIRST, 12) * g) >> 15, 4)
}

/** The matrix of all thirty steps at U: the product of both. */
function end(lane: usize): void {
  const u = load<i32>(lane + FIRST)
  const v = load<i32>(lane + FIRST, 4)
  const q = load<i32>(lane + FIRST, 8)
  const r = load<i32>(lane + FIRST, 12)
  for (let row = lane + U; row < lane + U + 16; row += 8) {
    const a = load<i32>(row)
    const b = load<i32>(row, 4)
    store<i32>(row, a * u + b * q)
    store<i32>(row, a * v + b * r, 4)
  }
}

export function divsteps(lane: usize): void {
  begin(lane)
  fifteen(lane, FIRST)
  proceed(lane)
  fifteen(lane, U)
  end(lane)
}

export function divstepsTwice(): void {
  const other = GCD + LANE
  begin(GCD)
  begin(other)
  fifteenTwice(FIRST)
  proceed(GCD)
  proceed(other)
  fifteenTwice(U)
  end(GCD)
  end(other)
}
