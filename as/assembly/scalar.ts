/** Integers modulo the group order n (SEC 2 §2.4.1): eight little-endian 32-bit words, constant time. */
import { loadBytes, S_FOLD, S_WIDE, storeBytes } from "./memory"
import { N30 } from "./safegcd"
import { invertPublic } from "./safegcd-public"

const N: usize = memory.data<u32>([
  0xd0364141, 0xbfd25e8c, 0xaf48a03b, 0xbaaedce6, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff,
])
const HALF_N: usize = memory.data<u32>([
  0x681b20a0, 0xdfe92f46, 0x57a4501d, 0x5d576e73, 0xffffffff, 0xffffffff, 0xffffffff, 0x7fffffff,
])
/** 2^256 - n, 129 bits. */
const FOLD: usize = memory.data<u32>([0x2fc9bebf, 0x402da173, 0x50b75fc4, 0x45512319, 1])

/** All ones where a is zero. */
export function scZeroMask(a: usize): u32 {
  let bits: u32 = 0
  for (let i: usize = 0; i < 32; i += 4) bits |= load<u32>(a + i)
  return ((bits | (0 - bits)) >> 31) - 1
}

/** All ones where a < b, as 256-bit numbers. */
function lessMask(a: usize, b: usize): u32 {
  let borrow: u64 = 0
  for (let i: usize = 0; i < 32; i += 4) borrow = (<u64>load<u32>(a + i) - load<u32>(b + i) - (borrow & 1)) >> 32
  return <u32>borrow
}

/** r -= n where `mask` is all ones. */
function subtractOrder(r: usize, mask: u32): void {
  let borrow: u64 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    borrow = <u64>load<u32>(r + i) - (load<u32>(N + i) & mask) - (borrow & 1)
    store<u32>(r + i, <u32>borrow)
    borrow >>= 32
  }
}

/** r = (r + carry * 2^256) mod n, for values below 2n. */
function reduceOnce(r: usize, carry: u32): void {
  subtractOrder(r, ~lessMask(r, N) | (0 - carry))
}

/** r mod n for any 256 bits, in place; all ones where it was below n already. */
export function scReduce(r: usize): u32 {
  const below = lessMask(r, N)
  subtractOrder(r, ~below)
  return below
}

/** From 32 big-endian bytes, reduced; all ones where they were below n already. */
export function scFromBytes(r: usize, bytes: usize): u32 {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(r + i, loadBytes(bytes + 28 - i))
  return scReduce(r)
}

export function scToBytes(bytes: usize, a: usize): void {
  for (let i: usize = 0; i < 32; i += 4) storeBytes(bytes + 28 - i, load<u32>(a + i))
}

export function scAdd(r: usize, a: usize, b: usize): void {
  let carry: u64 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    carry += <u64>load<u32>(a + i) + load<u32>(b + i)
    store<u32>(r + i, <u32>carry)
    carry >>= 32
  }
  reduceOnce(r, <u32>carry)
}

/** r = mask ? -a : a. */
export function scNegateIf(r: usize, a: usize, mask: u32): void {
  // n - a, which is n itself for a = 0: masked back to 0.
  const keep = ~mask | scZeroMask(a)
  let borrow: u64 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    const word = load<u32>(a + i)
    borrow = <u64>load<u32>(N + i) - word - (borrow & 1)
    store<u32>(r + i, (word & keep) | (<u32>borrow & ~keep))
    borrow >>= 32
  }
}

/** All ones where a > n/2. */
export function scHighMask(a: usize): u32 {
  return lessMask(HALF_N, a)
}

/** r = a / 2: n is odd, so it is added where a is odd. */
export function scHalf(r: usize, a: usize): void {
  const odd: u32 = 0 - (load<u32>(a) & 1)
  let carry: u64 = 0
  let low: u32 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    carry += <u64>load<u32>(a + i) + (load<u32>(N + i) & odd)
    const word = <u32>carry
    if (i > 0) store<u32>(r + i - 4, (low >> 1) | (word << 31))
    low = word
    carry >>= 32
  }
  store<u32>(r, (low >> 1) | ((<u32>carry) << 31), 28)
}

/** Product of a and b at S_WIDE, 16 words. */
export function multiplyWide(a: usize, b: usize): void {
  memory.fill(S_WIDE, 0, 64)
  for (let i: usize = 0; i < 32; i += 4) {
    const x: u64 = load<u32>(a + i)
    let carry: u64 = 0
    for (let j: usize = 0; j < 32; j += 4) {
      carry += x * load<u32>(b + j) + load<u32>(S_WIDE + i + j)
      store<u32>(S_WIDE + i + j, <u32>carry)
      carry >>= 32
    }
    store<u32>(S_WIDE + i + 32, <u32>carry)
  }
}

/** Folds `words` words above 2^256 at S_WIDE: high * 2^256 = high * (2^256 - n) mod n. */
function fold(words: usize): void {
  memory.copy(S_FOLD, S_WIDE + 32, words << 2)
  memory.fill(S_WIDE + 32, 0, 32)
  for (let i: usize = 0; i < words << 2; i += 4) {
    const x: u64 = load<u32>(S_FOLD + i)
    let carry: u64 = 0
    let at = S_WIDE + i
    for (let j: usize = 0; j < 20; j += 4) {
      carry += x * load<u32>(FOLD + j) + load<u32>(at)
      store<u32>(at, <u32>carry)
      carry >>= 32
      at += 4
    }
    for (; at < S_WIDE + 56; at += 4) {
      carry += load<u32>(at)
      store<u32>(at, <u32>carry)
      carry >>= 32
    }
  }
}

export function scMul(r: usize, a: usize, b: usize): void {
  multiplyWide(a, b)
  fold(8) // below 2^386
  fold(5) // below 2^260
  fold(1) // below 2^256 + 2^133
  memory.copy(r, S_WIDE, 32)
  reduceOnce(r, load<u32>(S_WIDE, 32))
}

/** r = 1 / a (0 for 0), for a public a. */
export function scInvertPublic(r: usize, a: usize): void {
  invertPublic(r, a, N30)
}
