/**
 * k * G by a signed comb (Hamburg 2012 §3.3): k = sum over i < 264 of s_i 2^i with s_i = +-1, that is, the bits of
 * v = (k + 2^264 - 1) / 2 mod n give the signs. Bit 24b + 4t + s chooses the sign of tooth t in row b at spacing s.
 *
 * The scalar is blinded: see blind.ts.
 */
import { blindedStart } from "./blind"
import { feFromWords, feNeg, feSelect } from "./generated/field"
import { jacAddAffine, jacDouble, jacSetInfinity } from "./jacobian"
import { BLIND_SCALAR, COMB_TABLE, FE, POINT, POINTS, S, SCALAR, T } from "./memory"
import { pointAddAffine, pointDouble } from "./point"
import { scAdd, scHalf } from "./scalar"

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
const FLIPPED = ENTRY + 2 * FE
const WORDS = T + 6 * FE

/** The sixteen words of entry `index` of a row; every entry is read. The C build replaces this by the same scan of flash. */
export function combSelect(r: usize, row: usize, index: usize): void {
  memory.fill(r, 0, 64)
  let at = COMB_TABLE + row * ROW_SIZE
  for (let i: usize = 0; i < 32; i++) {
    // All ones where i = index.
    const mask: u32 = <u32>((<i32>(i ^ index) - 1) >> 31)
    for (let j: usize = 0; j < 64; j += 16) {
      store<u32>(r + j, load<u32>(r + j) | (load<u32>(at + j) & mask))
      store<u32>(r + j, load<u32>(r + j, 4) | (load<u32>(at + j, 4) & mask), 4)
      store<u32>(r + j, load<u32>(r + j, 8) | (load<u32>(at + j, 8) & mask), 8)
      store<u32>(r + j, load<u32>(r + j, 12) | (load<u32>(at + j, 12) & mask), 12)
    }
    at += 64
  }
}

/** The same for public data: one entry is read. Replaced likewise. */
export function combLoad(r: usize, row: usize, index: usize): void {
  memory.copy(r, COMB_TABLE + row * ROW_SIZE + (index << 6), 64)
}

/** The six sign bits of row b at spacing s, from the recoded scalar. */
export function combDigit(v: usize, row: u32, spacing: u32): u32 {
  const bit = 24 * row
  const at = v + ((bit >> 5) << 2)
  const pair = <u64>load<u32>(at) | ((<u64>load<u32>(at, 4)) << 32)
  const teeth = <u32>(pair >> ((bit & 31) + spacing)) & 0x111111
  // Bits 0, 4, 8, ... 20 to bits 0 to 5.
  const low = (teeth & 1) | ((teeth >> 3) & 2) | ((teeth >> 6) & 4)
  return low | ((teeth >> 9) & 8) | ((teeth >> 12) & 16) | ((teeth >> 15) & 32)
}

/** v = (k + 2^264 - 1) / 2 mod n. */
export function combRecode(v: usize, k: usize): void {
  scAdd(v, k, ALL_SIGNS)
  scHalf(v, v)
}

/** Words of an entry to a point at ENTRY, negated where `minus` is all ones: then y has magnitude 2. */
function unpack(minus: u32): void {
  feFromWords(ENTRY, WORDS)
  feFromWords(Y, WORDS + 32)
  feNeg(FLIPPED, Y, 2)
  feSelect(Y, FLIPPED, minus)
}

/** r = k * G in Jacobian coordinates, for a public k. */
export function multiplyBasePublic(r: usize, k: usize): void {
  combRecode(V, k)
  store<u32>(V, 0, 32)
  jacSetInfinity(r)
  for (let s = SPACING - 1; s >= 0; s--) {
    if (s < SPACING - 1) jacDouble(r, r)
    for (let row: u32 = 0; row < ROWS; row++) {
      const digit = combDigit(V, row, s)
      const minus = (digit >> 5) - 1
      combLoad(WORDS, row, (digit ^ minus) & 31)
      unpack(minus)
      jacAddAffine(r, r, ENTRY)
    }
  }
}

/** r = k * G, in constant time. */
export function multiplyBase(r: usize, k: usize): void {
  blindedStart(r, k)
  scAdd(V, k, BLIND_SCALAR)
  combRecode(V, V)
  store<u32>(V, 0, 32)
  for (let s = SPACING - 1; s >= 0; s--) {
    if (s < SPACING - 1) pointDouble(r, r)
    for (let row: u32 = 0; row < ROWS; row++) {
      const digit = combDigit(V, row, s)
      // Where the highest tooth is negative, the entry of the opposite signs is negated.
      const minus = (digit >> 5) - 1
      combSelect(WORDS, row, (digit ^ minus) & 31)
      unpack(minus)
      pointAddAffine(r, r, ENTRY)
    }
  }
}
