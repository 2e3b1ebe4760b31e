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

/** The sixteen words of an entry; every entry of the row is read. The C build replaces this by the same scan of flash. */
export function combSelect(r: usize, row: usize, index: usize): void {
  let at = COMB_TABLE + row * ROW_SIZE
  let a: u64 = 0
  let b: u64 = 0
  let c: u64 = 0
  let d: u64 = 0
  let e: u64 = 0
  let f: u64 = 0
  let g: u64 = 0
  let h: u64 = 0
  for (let i: usize = 0; i < 32; i++) {
    // All ones where i = index.
    const mask: u64 = <u64>((<i64>(i ^ index) - 1) >> 63)
    a |= load<u64>(at, 0) & mask
    b |= load<u64>(at, 8) & mask
    c |= load<u64>(at, 16) & mask
    d |= load<u64>(at, 24) & mask
    e |= load<u64>(at, 32) & mask
    f |= load<u64>(at, 40) & mask
    g |= load<u64>(at, 48) & mask
    h |= load<u64>(at, 56) & mask
    at += 64
  }
  store<u64>(r, a, 0)
  store<u64>(r, b, 8)
  store<u64>(r, c, 16)
  store<u64>(r, d, 24)
  store<u64>(r, e, 32)
  store<u64>(r, f, 40)
  store<u64>(r, g, 48)
  store<u64>(r, h, 56)
}

/** The same for public data: one entry is read. Replaced likewise. */
export function combLoad(r: usize, row: usize, index: usize): void {
  const at = COMB_TABLE + row * ROW_SIZE + (index << 6)
  for (let i: usize = 0; i < 64; i += 16) {
    store<u64>(r + i, load<u64>(at + i))
    store<u64>(r + i, load<u64>(at + i, 8), 8)
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
