/**
 * k * P for any point, in constant time: the bits of v = (k + 2^256 - 1) / 2 mod n are signs, four of them make an odd digit
 * between -15 and 15, and every table entry is read for every digit. The scalar is split in two random parts, k = (k - r) + r,
 * which share the doublings.
 */
import { blindingWords, scalePoint } from "./blind"
import { feNeg, feSelect } from "./generated/field"
import { FE, MULTIPLES, POINT, POINTS, S, SCALAR } from "./memory"
import { pointAdd, pointCopy, pointDouble, pointSelect, pointSetInfinity } from "./point"
import { scAdd, scHalf, scNegateIf } from "./scalar"

/** 2^256 - 1 mod n. */
const ALL_SIGNS: usize = memory.data<u32>([0x2fc9bebe, 0x402da173, 0x50b75fc4, 0x45512319, 1, 0, 0, 0])

const V = S + 6 * SCALAR
const V2 = S + 7 * SCALAR
const ENTRY = POINTS + 3 * POINT
const DOUBLE = POINTS + 2 * POINT

/** P, 3P, ... 15P. */
function oddMultiples(p: usize): void {
  pointCopy(MULTIPLES, p)
  pointDouble(DOUBLE, p)
  for (let i: usize = 1; i < 8; i++) pointAdd(MULTIPLES + i * POINT, MULTIPLES + (i - 1) * POINT, DOUBLE)
}

function addDigit(r: usize, v: usize, i: u32): void {
  const word = load<u32>(v + ((i >> 3) << 2))
  const digit = (word >> ((i & 7) << 2)) & 15
  const minus = (digit >> 3) - 1
  const index = (digit ^ minus) & 7
  pointCopy(ENTRY, MULTIPLES)
  for (let j: usize = 1; j < 8; j++) pointSelect(ENTRY, MULTIPLES + j * POINT, <u32>((<i32>(j ^ index) - 1) >> 31))
  const flipped = DOUBLE
  feNeg(flipped, ENTRY + FE, 2)
  feSelect(ENTRY + FE, flipped, minus)
  pointAdd(r, r, ENTRY)
}

/** r = k * p; r apart from p. */
export function multiply(r: usize, p: usize, k: usize): void {
  blindingWords(V2, k)
  store<u32>(V2, load<u32>(V2, 28) & 0xffffff, 28) // below n
  scNegateIf(V, V2, 0xffffffff)
  scAdd(V, V, k)
  scAdd(V, V, ALL_SIGNS)
  scHalf(V, V)
  scAdd(V2, V2, ALL_SIGNS)
  scHalf(V2, V2)
  scalePoint(p, V)
  oddMultiples(p)
  pointSetInfinity(r)
  for (let i: i32 = 63; i >= 0; i--) {
    for (let j = 0; j < 4; j++) pointDouble(r, r)
    addDigit(r, V, i)
    addDigit(r, V2, i)
  }
}
