/**
 * CCM over AES-128 (RFC 3610) with a two-byte length: nonce of 13 bytes, tag of 0, 4, 6, ... 16 bytes. Tag 8 is
 * AES-CCM-16-64-128 (RFC 9053 §4.2); tag 0 is the encryption-only case that CCM* adds (IEEE 802.15.4 annex B).
 *
 * Streaming, 16-byte aligned chunks: `ccmInit`, `ccmAad` until all of the aad is in, `ccmData`, `ccmTag`. One pass: the
 * authenticating block and the counter block go through the cipher side by side.
 */

import { encryptPair, expandKey } from "./aes"
import { AES_STATE, CCM } from "./memory"

/** The authenticator's chaining block, the counter block A_0, the counter, bytes waiting in the chaining block. */
const MAC = CCM
const COUNTER = CCM + 16
const INDEX = CCM + 32
const FILLED = CCM + 36
const TAG_MASK = CCM + 40
const OTHER = AES_STATE + 16
/** The index whose key stream stands at OTHER already; 0 for none. */
const READY = CCM + 56

function counterBlock(at: usize, index: u32): void {
  memory.copy(at, COUNTER, 16)
  store<u8>(at, <u8>(index >> 8), 14)
  store<u8>(at, <u8>index, 15)
}

/** MAC = E(MAC); with it the key stream of `index` comes to OTHER. */
function step(index: u32): void {
  memory.copy(AES_STATE, MAC, 16)
  counterBlock(OTHER, index)
  encryptPair(AES_STATE)
  memory.copy(MAC, AES_STATE, 16)
}

function xorByte(at: usize, value: u8): void {
  store<u8>(at, load<u8>(at) ^ value)
}

/** Formats B_0 and A_0 (RFC 3610 §2.2, §2.3). */
export function ccmInit(key: usize, nonce: usize, tagLength: u32, aadLength: u32, length: u32): void {
  expandKey(key)
  memory.fill(CCM, 0, 64)
  const hasAad: u32 = aadLength > 0 ? 64 : 0
  const sizes: u32 = tagLength > 0 ? ((tagLength - 2) >> 1) << 3 : 0
  store<u8>(MAC, <u8>(hasAad | sizes | 1))
  memory.copy(MAC + 1, nonce, 13)
  store<u8>(MAC, <u8>(length >> 8), 14)
  store<u8>(MAC, <u8>length, 15)
  store<u8>(COUNTER, 1)
  memory.copy(COUNTER + 1, nonce, 13)
  step(0)
  memory.copy(TAG_MASK, OTHER, 16)
  if (aadLength > 0) {
    xorByte(MAC, <u8>(aadLength >> 8))
    xorByte(MAC + 1, <u8>aadLength)
    store<u32>(FILLED, 2)
  }
}

export function ccmAad(data: usize, length: usize): void {
  let filled = load<u32>(FILLED)
  for (let i: usize = 0; i < length; i++) {
    xorByte(MAC + filled, load<u8>(data + i))
    filled++
    if (filled === 16) {
      step(0)
      filled = 0
    }
  }
  store<u32>(FILLED, filled)
}

/** Encrypts or decrypts in place. All chunks but the last are multiples of 16 bytes. */
export function ccmData(data: usize, length: usize, open: bool): void {
  if (load<u32>(FILLED) > 0) {
    step(0)
    store<u32>(FILLED, 0)
  }
  for (let from: usize = 0; from < length; from += 16) {
    const size = min<usize>(16, length - from)
    const index = load<u32>(INDEX) + 1
    store<u32>(INDEX, index)
    if (open) {
      // Only plaintext enters the authenticator: the stream must be one block ahead of it.
      if (load<u32>(READY) !== index) {
        counterBlock(OTHER, index)
        encryptPair(AES_STATE)
      }
      xorBlock(data + from, OTHER, size)
      xorBlock(MAC, data + from, size)
      step(index + 1)
      store<u32>(READY, index + 1)
    } else {
      xorBlock(MAC, data + from, size)
      step(index)
      xorBlock(data + from, OTHER, size)
    }
  }
}

function xorBlock(r: usize, a: usize, size: usize): void {
  for (let i: usize = 0; i < size; i++) xorByte(r + i, load<u8>(a + i))
}

/** The 16 bytes whose first `tagLength` are the tag. */
export function ccmTag(tag: usize): void {
  if (load<u32>(FILLED) > 0) step(0)
  memory.copy(tag, MAC, 16)
  xorBlock(tag, TAG_MASK, 16)
}
