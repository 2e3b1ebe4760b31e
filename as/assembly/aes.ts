/**
 * AES-128 (FIPS 197) without tables, in constant time: two blocks at once as eight planes of 32 bits. Lane 8r + 4b + c of
 * plane i holds bit i of row r, column c of block b, so rotating a plane by 8 moves every row up by one.
 */

import { subBytes } from "./aes-sbox"
import { AES_KEYS } from "./memory"

/** Swaps the bits `mask << shift` of x with `mask` of y, x and y being the planes at a and b. */
function swapBits(a: usize, b: usize, mask: u32, shift: u32): void {
  const x = load<u32>(a)
  const y = load<u32>(b)
  const t = ((x >> shift) ^ y) & mask
  store<u32>(a, x ^ (t << shift))
  store<u32>(b, y ^ t)
}

/** Words (little-endian columns) to planes, and back: an 8x8 transposition in each byte lane. */
function transpose(q: usize): void {
  for (let i: usize = 0; i < 32; i += 8) swapBits(q + i, q + i + 4, 0x55555555, 1)
  for (let i: usize = 0; i < 24; i += i === 4 ? 12 : 4) swapBits(q + i, q + i + 8, 0x33333333, 2)
  for (let i: usize = 0; i < 16; i += 4) swapBits(q + i, q + i + 16, 0x0f0f0f0f, 4)
}

function addRoundKey(q: usize, round: usize): void {
  const key = AES_KEYS + (round << 5)
  for (let i: usize = 0; i < 32; i += 4) store<u32>(q + i, load<u32>(q + i) ^ load<u32>(key + i))
}

/** Row r, two nibbles of a byte, turns left by r columns. */
function shiftRows(q: usize): void {
  for (let i: usize = 0; i < 32; i += 4) {
    const x = load<u32>(q + i)
    const row1 = ((x >> 1) & 0x00007700) | ((x << 3) & 0x00008800)
    const row2 = ((x >> 2) & 0x00330000) | ((x << 2) & 0x00cc0000)
    const row3 = ((x >> 3) & 0x11000000) | ((x << 1) & 0xee000000)
    store<u32>(q + i, (x & 0xff) | row1 | row2 | row3)
  }
}

/** Each byte becomes 2(a + b) + b + c + d over the bytes a, b, c, d below it; doubling adds plane 7 to planes 0, 1, 3, 4. */
function mixColumns(q: usize): void {
  const top = load<u32>(q, 28)
  const carry = top ^ rotr<u32>(top, 8)
  let doubled = carry
  for (let i: u32 = 0; i < 8; i++) {
    const at = q + (i << 2)
    const a = load<u32>(at)
    const b = rotr<u32>(a, 8)
    const pair = a ^ b
    const fold: u32 = ((0x1a >> i) & 1) * carry
    store<u32>(at, doubled ^ fold ^ b ^ rotr<u32>(pair, 16))
    doubled = pair
  }
}

/** Encrypts the two blocks at q (32 bytes, in place). */
export function encryptPair(q: usize): void {
  transpose(q)
  addRoundKey(q, 0)
  for (let round: usize = 1; round < 10; round++) {
    subBytes(q)
    shiftRows(q)
    mixColumns(q)
    addRoundKey(q, round)
  }
  subBytes(q)
  shiftRows(q)
  addRoundKey(q, 10)
  transpose(q)
}

/** Key expansion (FIPS 197 §5.2): round keys as planes, the same for both blocks. */
export function expandKey(key: usize): void {
  let constant: u32 = 1
  memory.copy(AES_KEYS, key, 16)
  for (let round: usize = 1; round <= 10; round++) {
    const before = AES_KEYS + ((round - 1) << 5)
    const at = before + 32
    memory.fill(at, 0, 32)
    store<u32>(at, rotr<u32>(load<u32>(before, 12), 8))
    transpose(at)
    subBytes(at)
    transpose(at)
    let word = load<u32>(at) ^ constant
    for (let i: usize = 0; i < 16; i += 4) {
      word ^= load<u32>(before + i)
      store<u32>(at + i, word)
    }
    constant = (constant << 1) ^ ((constant >> 7) * 0x11b)
  }
  for (let round: usize = 0; round <= 10; round++) {
    const at = AES_KEYS + (round << 5)
    memory.copy(at + 16, at, 16)
    transpose(at)
  }
}
