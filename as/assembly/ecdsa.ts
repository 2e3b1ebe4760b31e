/** ECDSA (SEC 1 §4.1) with deterministic nonces and low s. */
import { multiplyBase, multiplyBasePublic } from "./comb"
import { declassify } from "./declassify"
import { feFromBytes, feInvertBoth } from "./field"
import { feFromWords, feToWords } from "./generated/field"
import { jacAdd, jacHasX, jacIsInfinity, jacToAffine } from "./jacobian"
import { liftX, loadPublic, loadSecret, storePublic } from "./keys"
import { FE, INPUT, MULTIPLES, OUTPUT, POINT, POINTS, S, SCALAR, WIDE_READY, wipeTo } from "./memory"
import { mixedToAffine, ZZZ } from "./mixed"
import { nonceInit, nonceNext, nonceRetry } from "./rfc6979"
import {
  scAdd,
  scFromBytes,
  scHighMask,
  scInvertPublic,
  scMul,
  scNegateIf,
  scReduce,
  scToBytes,
  scZeroMask,
} from "./scalar"
import { multiplyPublic } from "./wnaf"

const KEY = S
const Z = S + SCALAR
const K = S + 2 * SCALAR
const R = S + 3 * SCALAR
const SIG = S + 4 * SCALAR
const ORDER_BYTES: usize = memory.data<u8>([
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc,
  0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
])

/** One attempt; all ones where K, r and s are fit. Writes r, s and the recovery id to OUTPUT. */
function attempt(): u32 {
  let fit = nonceNext(K)
  multiplyBase(POINTS, K)
  feInvertBoth(POINTS + ZZZ, POINTS + ZZZ, K)
  mixedToAffine(POINTS)
  feToWords(R, POINTS)
  const below = scReduce(R)
  let id = (load<u32>(POINTS + FE) & 1) | (~below & 2)
  scMul(SIG, R, KEY)
  scAdd(SIG, SIG, Z)
  scMul(SIG, SIG, K)
  fit &= ~scZeroMask(R) & ~scZeroMask(SIG)
  // The nonce -k gives the same r and the lower s; it turns the point over.
  const high = scHighMask(SIG)
  scNegateIf(SIG, SIG, high)
  id ^= high & 1
  scToBytes(OUTPUT, R)
  scToBytes(OUTPUT + 32, SIG)
  store<u8>(OUTPUT, <u8>id, 64)
  return fit
}

/** Digest at INPUT, secret key behind it; 1, or 0 for a bad key. */
export function sign(): bool {
  const valid = loadSecret(KEY, INPUT + 32)
  if (valid) {
    scFromBytes(Z, INPUT)
    nonceInit(KEY, Z)
    while (!declassify(attempt())) nonceRetry()
  }
  wipeTo(MULTIPLES)
  return valid
}

/** r and s at R and SIG, both in [1, n - 1]. */
function loadSignature(): bool {
  const below = scFromBytes(R, INPUT) & scFromBytes(SIG, INPUT + 32)
  return below !== 0 && !scZeroMask(R) && !scZeroMask(SIG)
}

/** POINTS = u1 G + u2 Q in Jacobian coordinates, Q at POINTS + POINT; false where that is infinity. Scalars are lost. */
function combine(u1: usize, u2: usize): bool {
  const wide = load<u32>(WIDE_READY) !== 0
  multiplyPublic(POINTS, POINTS + POINT, u2, u1, wide)
  if (!wide) {
    memory.copy(POINTS + POINT, POINTS, POINT)
    multiplyBasePublic(POINTS, u1)
    jacAdd(POINTS, POINTS, POINTS + POINT)
  }
  return !jacIsInfinity(POINTS)
}

/** Signature, digest, public key of `length` bytes at INPUT, one behind the other. High s is refused. */
export function verify(length: u32): bool {
  const q = POINTS + POINT
  if (!loadSignature() || scHighMask(SIG) || !loadPublic(q, INPUT + 96, length)) return false
  scFromBytes(Z, INPUT + 64)
  scInvertPublic(K, SIG)
  scMul(Z, Z, K)
  scMul(SIG, R, K)
  if (!combine(Z, SIG)) return false
  feFromWords(q, R)
  if (jacHasX(POINTS, q)) return true
  // x may have been reduced: r + n, where that is below p (SEC 1 §4.1.4, step 7 and 8).
  return addOrder(OUTPUT, INPUT) && feFromBytes(q, OUTPUT) && jacHasX(POINTS, q)
}

/** Signature and digest at INPUT: public key (65 bytes) at OUTPUT, Q = (s R - z G) / r (SEC 1 §4.1.6). */
export function recover(id: u32): bool {
  const q = POINTS + POINT
  if (id > 3 || !loadSignature()) return false
  if (id & 2) {
    // x = r + n must stay below p, which `feFromBytes` tells for sums below 2^256.
    if (!addOrder(OUTPUT, INPUT)) return false
  } else memory.copy(OUTPUT, INPUT, 32)
  if (!feFromBytes(q, OUTPUT) || !liftX(q, id & 1)) return false
  scFromBytes(Z, INPUT + 64)
  scInvertPublic(K, R)
  scMul(Z, Z, K)
  scNegateIf(Z, Z, 0xffffffff)
  scMul(SIG, SIG, K)
  if (!combine(Z, SIG)) return false
  jacToAffine(POINTS, POINTS)
  storePublic(OUTPUT, POINTS, false)
  return true
}

/** r = a + n on 32 big-endian bytes; false on overflow. */
function addOrder(r: usize, a: usize): bool {
  let carry: u32 = 0
  for (let i: i32 = 31; i >= 0; i--) {
    carry += <u32>load<u8>(a + i) + load<u8>(ORDER_BYTES + i)
    store<u8>(r + i, <u8>carry)
    carry >>= 8
  }
  return carry === 0
}
