/**
 * Blinding of scalar multiplication (J.-S. Coron, "Resistance against differential power analysis for elliptic curve
 * cryptosystems", CHES 1999, §5.1 and §5.3). A scalar b and bG are kept: k G = (k + 8b) G - 8 bG, where the 8 are the three
 * doublings of the comb. Both are multiplied by -2 with every use; `blindWith` sets them anew from the caller's entropy. Coordinates are
 * scaled by a factor hashed from seed and scalar.
 */
import { multiplyBase } from "./comb"
import { feSetSmall } from "./field"
import { feFromWords, feMul, feSqr } from "./generated/field"
import {
  BLIND_POINT,
  BLIND_READY,
  BLIND_SCALAR,
  BLIND_SEED,
  copyWords,
  FE,
  POINTS,
  S,
  SCALAR,
  SHA,
  SHA_BLOCK,
  T,
} from "./memory"
import { mixedDoubleNegate, ZZ, ZZZ } from "./mixed"
import { scAdd, scNegateIf } from "./scalar"
import { shaCompress, shaInit } from "./sha256"

const GENERATOR: usize = memory.data<u32>([
  0x16f81798, 0x59f2815b, 0x2dce28d9, 0x029bfcdb, 0xce870b07, 0x55a06295, 0xf9dcbbac, 0x79be667e, 0xfb10d4b8,
  0x9c47d08f, 0xa6855419, 0xfd17b448, 0x0e1108a8, 0x5da4fbfc, 0x26a3c465, 0x483ada77,
])
const FACTOR = T + 6 * FE
const SQUARE = T + 8 * FE

export function loadGenerator(r: usize): void {
  feFromWords(r, GENERATOR)
  feFromWords(r + FE, GENERATOR + 32)
  feSetSmall(r + 2 * FE, 1)
}

/** b = 1 until entropy comes. */
function prepare(): void {
  if (load<u32>(BLIND_READY)) return
  store<u32>(BLIND_READY, 1)
  loadGenerator(BLIND_POINT)
  feSetSmall(BLIND_POINT + ZZZ, 1)
  memory.fill(BLIND_SCALAR, 0, SCALAR)
  store<u32>(BLIND_SCALAR, 8)
}

/** 32 bytes that only who knows the seed and the secret can tell, as one compression of both. */
export function blindingWords(r: usize, secret: usize): void {
  shaInit()
  copyWords(SHA_BLOCK, BLIND_SEED)
  copyWords(SHA_BLOCK + 32, secret)
  shaCompress(SHA_BLOCK)
  copyWords(r, SHA)
}

/** A hidden factor, not zero, at FACTOR. */
function makeFactor(secret: usize): void {
  blindingWords(FACTOR, secret)
  // Odd, and not p itself (its bit 2 is set, 0x2f): never zero.
  store<u32>(FACTOR, (load<u32>(FACTOR) | 1) & 0xfffffffb)
  feFromWords(FACTOR, FACTOR)
}

/** Scales the projective coordinates of p by a hidden factor. */
export function scalePoint(p: usize, secret: usize): void {
  makeFactor(secret)
  feMul(p, p, FACTOR)
  feMul(p + FE, p + FE, FACTOR)
  feMul(p + 2 * FE, p + 2 * FE, FACTOR)
}

/** Scalar and point, stored, take the next step; r is the point, scaled by a hidden factor: Z by it, ZZ by its square. */
export function blindedStart(r: usize, k: usize): void {
  prepare()
  scAdd(BLIND_SCALAR, BLIND_SCALAR, BLIND_SCALAR)
  scNegateIf(BLIND_SCALAR, BLIND_SCALAR, 0xffffffff)
  mixedDoubleNegate(BLIND_POINT)
  makeFactor(k)
  feSqr(SQUARE, FACTOR)
  feMul(FACTOR, FACTOR, SQUARE)
  feMul(r, BLIND_POINT, SQUARE)
  feMul(r + FE, BLIND_POINT + FE, FACTOR)
  feMul(r + ZZ, BLIND_POINT + ZZ, SQUARE)
  feMul(r + ZZZ, BLIND_POINT + ZZZ, FACTOR)
}

/** Sets seed, scalar and point anew from 32 bytes of entropy and what was there before. */
export function blindWith(entropy: usize): void {
  prepare()
  blindingWords(BLIND_SEED, entropy)
  const scalar = S
  const point = POINTS
  blindingWords(scalar, entropy)
  // 2^248 scalars are enough, and below n without a reduction.
  store<u32>(scalar, load<u32>(scalar, 28) & 0xffffff, 28)
  store<u32>(scalar, load<u32>(scalar) | 1)
  multiplyBase(point, scalar)
  memory.copy(BLIND_POINT, point, 4 * FE)
  scAdd(scalar, scalar, scalar)
  scAdd(scalar, scalar, scalar)
  scAdd(BLIND_SCALAR, scalar, scalar)
}
