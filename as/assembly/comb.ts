/**
 * k * G by a signed comb (Hamburg 2012 §3.3): k = sum over i < 264 of s_i 2^i with s_i = +-1, that is, the bits of
 * v = (k + 2^264 - 1) / 2 mod n give the signs. Bit 24b + 4t + s chooses the sign of tooth t in row b at spacing s.
 *
 * The scalar is blinded: see blind.ts.
 */
import { blindedStart } from "./blind"
import { declassify } from "./declassify"
import { feNormalize, feZeroMask } from "./field"
import { feCopy, feFromWords, feNeg, feNegIf } from "./generated/field"
import { jacAddAffine, jacDoubleNegate, jacNegate, jacSetInfinity } from "./jacobian"
import { BLIND_SCALAR, COMB_TABLE, FE, POINT, POINTS, S, SCALAR, T } from "./memory"
import { mixedAddNegate, mixedDoubleNegate, ZZ } from "./mixed"
import { scAdd, scHalf, scZeroMask } from "./scalar"

const ROWS: u32 = 11
const ROW_SIZE: usize = 32 * 64
const SPACING: i32 = 4
/** 2^264 - 1 mod n. */
const ALL_SIGNS: usize = memory.data<u32>([
  0xc9bebeff, 0x2da1732f, 0xb75fc440, 0x51231950, 0x00000145, 0x00000000, 0x00000000, 0x00000000,
])

/** Nine words: the last one is zero. */
const V = S + 6 * SCALAR
const ENTRY = POINTS + 3 * POINT
const Y = ENTRY + FE
const WORDS = T + 6 * FE

/** All ones where that bit of the index is set. */
function indexMask(index: usize, bit: usize): u64 {
  return 0 - <u64>((index >> bit) & 1)
}

/**
 * The sixteen words of an entry. The table holds coefficients: entry e is the exclusive or of all coefficients of its row whose
 * bits are among those of e (algebraic normal form: I. Reed, D. Muller, 1954). Every coefficient is read; five masks, one for
 * each bit of the index, serve all. The C build replaces this by the same reading of flash.
 */
export function combSelect(r: usize, row: usize, index: usize): void {
  const m0 = indexMask(index, 0)
  const m1 = indexMask(index, 1)
  const m2 = indexMask(index, 2)
  const m3 = indexMask(index, 3)
  const m4 = indexMask(index, 4)
  let at = COMB_TABLE + row * ROW_SIZE
  for (let i = 0; i < 8; i++) {
    let low: u64 = 0
    let sum: u64 = 0
    for (let half = 0; half < 2; half++) {
      low = sum
      const a = load<u64>(at, 0) ^ (load<u64>(at, 8) & m0) ^ (m1 & (load<u64>(at, 16) ^ (load<u64>(at, 24) & m0)))
      const b = load<u64>(at, 32) ^ (load<u64>(at, 40) & m0) ^ (m1 & (load<u64>(at, 48) ^ (load<u64>(at, 56) & m0)))
      const c = load<u64>(at, 64) ^ (load<u64>(at, 72) & m0) ^ (m1 & (load<u64>(at, 80) ^ (load<u64>(at, 88) & m0)))
      const d = load<u64>(at, 96) ^ (load<u64>(at, 104) & m0) ^ (m1 & (load<u64>(at, 112) ^ (load<u64>(at, 120) & m0)))
      at += 128
      sum = a ^ (m2 & b) ^ (m3 & (c ^ (m2 & d)))
    }
    store<u64>(r, low ^ (m4 & sum))
    r += 8
  }
}

/** The same for public data: only the coefficients that count are read. Replaced likewise. */
export function combLoad(r: usize, row: usize, index: usize): void {
  const at = COMB_TABLE + row * ROW_SIZE
  for (let i: usize = 0; i < 8; i++) {
    const from = at + (i << 8)
    let sum = load<u64>(from)
    for (let part = index; part !== 0; part = (part - 1) & index) sum ^= load<u64>(from + (part << 3))
    store<u64>(r + (i << 3), sum)
  }
}

/** The six sign bits of row b at spacing s, from the recoded scalar. */
function combDigit(v: usize, row: u32, spacing: u32): u32 {
  const bit = 24 * row
  const at = v + ((bit >> 5) << 2)
  const pair = <u64>load<u32>(at) | ((<u64>load<u32>(at, 4)) << 32)
  const teeth = <u32>(pair >> ((bit & 31) + spacing)) & 0x111111
  // Bits 0, 4, 8, ... 20 to bits 0 to 5.
  const low = (teeth & 1) | ((teeth >> 3) & 2) | ((teeth >> 6) & 4)
  return low | ((teeth >> 9) & 8) | ((teeth >> 12) & 16) | ((teeth >> 15) & 32)
}

/** v = (k + 2^264 - 1) / 2 mod n. */
function combRecode(v: usize, k: usize): void {
  scAdd(v, k, ALL_SIGNS)
  scHalf(v, v)
}

/** r = k * G in Jacobian coordinates, for a public k. */
export function multiplyBasePublic(r: usize, k: usize): void {
  combRecode(V, k)
  store<u32>(V, 0, 32)
  jacSetInfinity(r)
  for (let s = SPACING - 1; s >= 0; s--) {
    // Every doubling turns the sign, so at even s the sum is -r.
    const turned: u32 = 0 - (~s & 1)
    if (s < SPACING - 1) jacDoubleNegate(r, r)
    for (let row: u32 = 0; row < ROWS; row++) {
      const digit = combDigit(V, row, s)
      const minus = (digit >> 5) - 1
      combLoad(WORDS, row, (digit ^ minus) & 31)
      feFromWords(ENTRY, WORDS)
      feFromWords(Y, WORDS + 32)
      if (minus !== turned) feNeg(Y, Y, 2)
      jacAddAffine(r, r, ENTRY)
    }
  }
  jacNegate(r)
}

/** One attempt at k * G, from a blinding point that is new each time; all ones where ZZ came out as 0. */
function multiplyBlinded(r: usize, k: usize): u32 {
  blindedStart(r, k)
  scAdd(V, k, BLIND_SCALAR)
  combRecode(V, V)
  store<u32>(V, 0, 32)
  // Each addition and each doubling turns the sign of the sum: 47 times, so it starts turned, from -b G.
  let turned: u32 = 0xffffffff
  for (let s = SPACING - 1; s >= 0; s--) {
    if (s < SPACING - 1) {
      mixedDoubleNegate(r)
      turned = ~turned
    }
    for (let row: u32 = 0; row < ROWS; row++) {
      const digit = combDigit(V, row, s)
      // Where the highest tooth is negative, the entry of the opposite signs is negated.
      const minus = (digit >> 5) - 1
      combSelect(WORDS, row, (digit ^ minus) & 31)
      feFromWords(ENTRY, WORDS)
      feFromWords(Y, WORDS + 32)
      feNegIf(Y, Y, minus ^ turned)
      mixedAddNegate(r, ENTRY)
      turned = ~turned
    }
  }
  feCopy(WORDS, r + ZZ)
  feNormalize(WORDS)
  return feZeroMask(WORDS)
}

/**
 * r = k * G in the coordinates of mixed.ts, in constant time. An exception among the additions (mixed.ts) shows as ZZ = 0.
 * Whether one happened is public: random blinding scalars make that a matter of 2^-240, for any k. Every attempt has another.
 * For k = 0, which callers refuse, ZZ = 0 is the result.
 */
export function multiplyBase(r: usize, k: usize): void {
  while (declassify(multiplyBlinded(r, k) & ~scZeroMask(k))) {}
}
