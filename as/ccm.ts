/** AES-CCM-16-64-128 (RFC 9053 §4.2) and CCM* (IEEE 802.15.4). */
import { DormouseError } from "../src/protocol/errors.ts"
import { atMost, bytes } from "./guards.ts"
import { clear, INPUT, INPUT_SIZE, memory, take, wasm } from "./module.ts"

/** Below 0xff00, aad has a two-byte length (RFC 3610 §2.2). */
const AAD_LIMIT = 0xfeff
const TEXT_LIMIT = 0xffff
export type TagLength = 0 | 4 | 8 | 16

function start(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, length: number, tagLength: number): void {
  memory.set(key, INPUT)
  memory.set(nonce, INPUT + 16)
  wasm.ccmStart(tagLength, aad.length, length)
  for (let from = 0; from < aad.length; from += INPUT_SIZE) {
    const part = aad.subarray(from, from + INPUT_SIZE)
    memory.set(part, INPUT)
    wasm.ccmAuthenticate(part.length)
  }
}

function transform(from: Uint8Array, to: Uint8Array, next: (length: number) => void): void {
  for (let at = 0; at < from.length; at += INPUT_SIZE) {
    const part = from.subarray(at, at + INPUT_SIZE)
    memory.set(part, INPUT)
    next(part.length)
    to.set(memory.subarray(INPUT, INPUT + part.length), at)
  }
}

function check(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, tagLength: number): void {
  bytes("key", key, 16)
  bytes("nonce", nonce, 13)
  atMost("aad", aad, AAD_LIMIT)
  if (![0, 4, 8, 16].includes(tagLength)) {
    throw new DormouseError("E_CRYPTO_LENGTH", `tagLength: expected 0, 4, 8 or 16, got ${tagLength}`)
  }
}

/** Ciphertext with its tag behind it. */
export function ccmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  tagLength: TagLength = 8,
): Uint8Array {
  check(key, nonce, aad, tagLength)
  atMost("plaintext", plaintext, TEXT_LIMIT)
  const sealed = new Uint8Array(plaintext.length + tagLength)
  start(key, nonce, aad, plaintext.length, tagLength)
  transform(plaintext, sealed, wasm.ccmEncrypt)
  wasm.ccmFinish()
  sealed.set(take(16).subarray(0, tagLength), plaintext.length)
  clear(INPUT_SIZE)
  return sealed
}

/** The plaintext, or `undefined` where the tag does not fit. */
export function ccmOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
  tagLength: TagLength = 8,
): Uint8Array | undefined {
  check(key, nonce, aad, tagLength)
  atMost("sealed", sealed, TEXT_LIMIT + tagLength)
  if (sealed.length < tagLength) return undefined
  const ciphertext = sealed.subarray(0, sealed.length - tagLength)
  const plaintext = new Uint8Array(ciphertext.length)
  start(key, nonce, aad, ciphertext.length, tagLength)
  transform(ciphertext, plaintext, wasm.ccmDecrypt)
  wasm.ccmFinish()
  const tag = take(16)
  let difference = 0
  for (let i = 0; i < tagLength; i++) difference |= tag[i]! ^ sealed[ciphertext.length + i]!
  clear(INPUT_SIZE)
  if (difference === 0) return plaintext
  plaintext.fill(0)
  return undefined
}
