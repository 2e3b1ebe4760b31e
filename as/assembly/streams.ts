/** Hashes, MAC and cipher as the hosts call them: chunks at INPUT, results at OUTPUT or in place. */
import { ccmAad, ccmData, ccmInit, ccmTag } from "./ccm"
import { hmacFinal, hmacInit, hmacKey } from "./hmac"
import { HMAC_INNER, INPUT, NONCE_K, OUTPUT, SHA, SHA_STATE_SIZE, wipeCipher, wipeTo } from "./memory"
import { shaFinal, shaInit, shaUpdate } from "./sha256"

export function sha256Init(): void {
  shaInit()
}

export function sha256Update(length: usize): void {
  shaUpdate(INPUT, length)
}

export function sha256Final(): void {
  shaFinal(OUTPUT)
  wipeTo(HMAC_INNER)
}

/** The running state, for hosts that keep several streams: out to OUTPUT, in from INPUT. */
export function sha256Save(): void {
  memory.copy(OUTPUT, SHA, SHA_STATE_SIZE)
  wipeTo(HMAC_INNER)
}

export function sha256Restore(): void {
  memory.copy(SHA, INPUT, SHA_STATE_SIZE)
}

/** Key of at most 64 bytes at INPUT. */
export function hmacSha256Init(keyLength: usize): void {
  hmacKey(INPUT, keyLength)
  hmacInit()
}

/** Tag at OUTPUT; the key is wiped. */
export function hmacSha256Final(): void {
  hmacFinal(OUTPUT)
  wipeTo(NONCE_K)
}

/** Key (16) and nonce (13) at INPUT. */
export function ccmStart(tagLength: u32, aadLength: u32, length: u32): void {
  ccmInit(INPUT, INPUT + 16, tagLength, aadLength, length)
}

export function ccmAuthenticate(length: usize): void {
  ccmAad(INPUT, length)
}

export function ccmEncrypt(length: usize): void {
  ccmData(INPUT, length, false)
}

export function ccmDecrypt(length: usize): void {
  ccmData(INPUT, length, true)
}

export function ccmFinish(): void {
  ccmTag(OUTPUT)
  wipeCipher()
}
