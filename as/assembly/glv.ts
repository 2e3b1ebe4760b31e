/**
 * Splits k into k1 + k2 lambda mod n with both below 2^128 in size: R. Gallant, R. Lambert, S. Vanstone, "Faster point
 * multiplication on elliptic curves with efficient endomorphisms", CRYPTO 2001, §4. lambda (x, y) = (beta x, y); the short
 * lattice vectors are (a1, b1) and (a2, b2) with b2 = a1. For public scalars.
 */
import { S_WIDE, SCALAR } from "./memory"
import { multiplyWide, scAdd, scHighMask, scMul, scNegateIf } from "./scalar"

/** round(2^384 b2 / n), round(-2^384 b1 / n). */
const G1: usize = memory.data<u32>([
  0x45dbb031, 0xe893209a, 0x71e8ca7f, 0x3daa8a14, 0x9284eb15, 0xe86c90e4, 0xa7d46bcd, 0x3086d221,
])
const G2: usize = memory.data<u32>([
  0x8ac47f71, 0x1571b4ae, 0x9df506c6, 0x221208ac, 0x0abfe4c4, 0x6f547fa9, 0x010e8828, 0xe4437ed6,
])
/** -b1, -b2 and -lambda mod n. */
const MINUS_B1: usize = memory.data<u32>([0x0abfe4c3, 0x6f547fa9, 0x010e8828, 0xe4437ed6, 0, 0, 0, 0])
const MINUS_B2: usize = memory.data<u32>([
  0x3db1562c, 0xd765cda8, 0x0774346d, 0x8a280ac5, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff,
])
const MINUS_LAMBDA: usize = memory.data<u32>([
  0xb51283cf, 0xe0cfc810, 0x8ec739c2, 0xa880b9fc, 0x77ed9ba4, 0x5ad9e3fd, 0x3fa3cf1f, 0xac9c52b3,
])

/** r = round(k g / 2^384). */
function quotient(r: usize, k: usize, g: usize): void {
  multiplyWide(k, g)
  let carry: u64 = load<u32>(S_WIDE, 44) >> 31
  for (let i: usize = 0; i < 16; i += 4) {
    carry += load<u32>(S_WIDE + 48 + i)
    store<u32>(r + i, <u32>carry)
    carry >>= 32
  }
  memory.fill(r + 16, 0, 16)
}

/** Makes k its absolute value; whether it was negative, that is, above n / 2. */
function absolute(k: usize): bool {
  const high = scHighMask(k)
  scNegateIf(k, k, high)
  return high !== 0
}

/** |k1| replaces k, |k2| goes to k2; bits 0 and 1 of the result are their signs. k2 + SCALAR is overwritten. */
export function split(k: usize, k2: usize): u32 {
  const other = k2 + SCALAR
  quotient(k2, k, G1)
  quotient(other, k, G2)
  scMul(k2, k2, MINUS_B1)
  scMul(other, other, MINUS_B2)
  scAdd(k2, k2, other)
  scMul(other, k2, MINUS_LAMBDA)
  scAdd(k, k, other)
  return (absolute(k) ? 1 : 0) | (absolute(k2) ? 2 : 0)
}
