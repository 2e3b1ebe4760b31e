/** Calls of the shell in `c/test/shell.c`, with the answers that the wasm gives. */
import {
  ccmOpen,
  ccmSeal,
  convertPublicKey,
  ecdh,
  getPublicKey,
  hkdfSha256,
  hmacSha256,
  isSecretKey,
  keccak256,
  recover,
  sha256,
  sign,
  verify,
} from "../index.ts"
import { hex, N, randomSource, toBytes } from "./oracles.ts"
import { fromDer, wycheproofCases, wycheproofMissing } from "./wycheproof.ts"

export interface Case {
  name: string
  arguments: Uint8Array[]
  /** Status and result in hex: "0 ab12". */
  answer: string
}

const OK = 0
const BAD_SECRET_KEY = 2
const BAD_PUBLIC_KEY = 3
const MISMATCH = 4
const result = (bytes: Uint8Array): string => `${OK} ${hex(bytes) || "-"}`
const status = (code: number): string => `${code} -`

function verifyCase(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): Case {
  const answer = status(verify(signature, digest, publicKey) ? OK : MISMATCH)
  return { name: "verify", arguments: [signature, digest, publicKey], answer }
}

export function wycheproof(): Case[] {
  if (wycheproofMissing) return []
  return wycheproofCases().flatMap(({ signature, message, publicKey }) => {
    const compact = fromDer(signature)
    return compact ? [verifyCase(compact, sha256(message), publicKey)] : []
  })
}

export function signing(count: number, seed: number): Case[] {
  const random = randomSource(seed)
  return Array.from({ length: count }, () => {
    const [digest, key] = [random(32), random(32)]
    return { name: "sign", arguments: [digest, key], answer: result(sign(digest, key)) }
  })
}

/** Every function of the interface on random arguments. */
export function everything(count: number, seed: number): Case[] {
  const random = randomSource(seed)
  const one = (i: number): Case[] => {
    const [digest, key, other] = [random(32), random(32), getPublicKey(random(32), i % 2 === 0)]
    const signature = sign(digest, key)
    const [short, nonce, data] = [random(16), random(13), random((i * 37) % 1500)]
    const sealed = ccmSeal(short, nonce, digest, data)
    const length = Uint8Array.of(0, 1 + (i % 255))
    const call = (name: string, parameters: Uint8Array[], answer: string) => ({ name, arguments: parameters, answer })
    return [
      call("randomize", [random(32)], status(OK)),
      call("sign", [digest, key], result(signature)),
      call("recover", [signature, digest], result(recover(signature, digest)!)),
      verifyCase(signature.subarray(0, 64), digest, getPublicKey(key)),
      verifyCase(signature.subarray(0, 64), random(32), getPublicKey(key, false)),
      call("public33", [key], result(getPublicKey(key))),
      call("public65", [key], result(getPublicKey(key, false))),
      call("convert33", [other], result(convertPublicKey(other, true))),
      call("convert65", [other], result(convertPublicKey(other, false))),
      call("ecdh", [key, other], result(ecdh(key, other))),
      call("sha256", [data], result(sha256(data))),
      call("keccak256", [data], result(keccak256(data))),
      call("hmac", [data, digest], result(hmacSha256(data, digest))),
      call("hkdf", [key, data, digest, length], result(hkdfSha256(key, data, digest, length[1]!))),
      call("seal", [short, nonce, digest, data], result(sealed)),
      call("open", [short, nonce, digest, sealed], result(ccmOpen(short, nonce, digest, sealed)!)),
      call("open", [short, nonce, key, sealed], status(MISMATCH)),
    ]
  }
  return Array.from({ length: count }, (_, i) => one(i)).flat()
}

function isPoint(x: Uint8Array): boolean {
  try {
    convertPublicKey(Uint8Array.from([2, ...x]), false)
    return true
  } catch {
    return false
  }
}

/** Keys, digests and points at the edges of their ranges. */
export function edges(): Case[] {
  const values = [0n, 1n, 2n, N - 1n, N, N + 1n, 2n ** 256n - 1n].map(toBytes)
  const key = toBytes(0x1234567n)
  const base = getPublicKey(key)
  const off = Uint8Array.from([4, ...toBytes(1n), ...toBytes(2n)])
  const keys = values.flatMap((value): Case[] => {
    const valid = isSecretKey(value)
    return [
      { name: "is_key", arguments: [value], answer: status(valid ? OK : BAD_SECRET_KEY) },
      { name: "sign", arguments: [key, value], answer: valid ? result(sign(key, value)) : status(BAD_SECRET_KEY) },
      { name: "sign", arguments: [value, key], answer: result(sign(value, key)) },
      { name: "public33", arguments: [value], answer: valid ? result(getPublicKey(value)) : status(BAD_SECRET_KEY) },
      { name: "ecdh", arguments: [value, base], answer: valid ? result(ecdh(value, base)) : status(BAD_SECRET_KEY) },
    ]
  })
  // x = r + n for the smallest r that has a point there: recovery ids 2 and 3, and the second comparison of verify.
  let r = 1n
  while (!isPoint(toBytes(r + N))) r++
  const reduced = [2, 3].flatMap((id): Case[] => {
    const signature = Uint8Array.from([...toBytes(r), ...toBytes(7n), id])
    const publicKey = recover(signature, key)!
    return [
      { name: "recover", arguments: [signature, key], answer: result(publicKey) },
      verifyCase(signature.subarray(0, 64), key, publicKey),
    ]
  })
  return [
    ...keys,
    ...reduced,
    { name: "ecdh", arguments: [key, off], answer: status(BAD_PUBLIC_KEY) },
    { name: "convert33", arguments: [off], answer: status(BAD_PUBLIC_KEY) },
    verifyCase(sign(key, key).subarray(0, 64), key, off),
    // u1 G + u2 Q at infinity.
    verifyCase(Uint8Array.from([...toBytes(3n), ...toBytes(9n)]), toBytes(3n), getPublicKey(toBytes(N - 1n))),
  ]
}
