/**
 * Web3 Secret Storage, version 3: the key files of geth and of most wallets.
 * @module
 */
import { createCipheriv, createDecipheriv, pbkdf2Sync, randomUUID, scryptSync, timingSafeEqual } from "node:crypto"
import { keccak } from "./node/crypto.ts"

/** A key file, as far as this version of the format defines it. */
export interface Keystore {
  version: 3
  id: string
  address?: string
  crypto: {
    cipher: "aes-128-ctr"
    cipherparams: { iv: string }
    ciphertext: string
    kdf: "scrypt" | "pbkdf2"
    kdfparams: Record<string, number | string>
    mac: string
  }
}

/** geth's `StandardScryptN`: a second and 256 MiB for each guess of a password. */
const STANDARD = { n: 262_144, r: 8, p: 1 }
/** Nothing is guessed where the password is empty. */
const LIGHT = { n: 4096, r: 8, p: 1 }

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const unhex = (value: unknown) => Uint8Array.from(Buffer.from(String(value), "hex"))

export function encryptKey(secretKey: Uint8Array, password: string, random: (size: number) => Uint8Array): Keystore {
  const [salt, iv] = [random(32), random(16)]
  const kdfparams = { dklen: 32, ...(password === "" ? LIGHT : STANDARD), salt: hex(salt) }
  const derived = derive("scrypt", kdfparams, password)
  const cipher = createCipheriv("aes-128-ctr", derived.subarray(0, 16), iv)
  const ciphertext = Buffer.concat([cipher.update(secretKey), cipher.final()])
  return {
    version: 3,
    id: randomUUID(),
    crypto: {
      ...{ cipher: "aes-128-ctr", cipherparams: { iv: hex(iv) }, ciphertext: hex(ciphertext) },
      ...{ kdf: "scrypt", kdfparams, mac: hex(macOf(derived, ciphertext)) },
    },
  }
}

/** The secret key; `undefined` where the password is wrong (or the file damaged: the format cannot tell). */
export function decryptKey({ crypto }: Keystore, password: string): Uint8Array | undefined {
  const { cipher, cipherparams, ciphertext, kdf, kdfparams, mac } = crypto
  if (cipher !== "aes-128-ctr") throw new RangeError(`cipher: aes-128-ctr expected, got ${cipher}`)
  const derived = derive(kdf, kdfparams, password)
  const encrypted = unhex(ciphertext)
  const [expected, found] = [unhex(mac), macOf(derived, encrypted)]
  if (expected.length !== found.length || !timingSafeEqual(expected, found)) return undefined
  const decipher = createDecipheriv("aes-128-ctr", derived.subarray(0, 16), unhex(cipherparams.iv))
  return new Uint8Array(Buffer.concat([decipher.update(encrypted), decipher.final()]))
}

function derive(kdf: string, params: Keystore["crypto"]["kdfparams"], password: string): Uint8Array {
  const salt = unhex(params.salt)
  const length = Number(params.dklen)
  if (kdf === "scrypt") {
    const [N, r, p] = [Number(params.n), Number(params.r), Number(params.p)]
    return scryptSync(password, salt, length, { N, r, p, maxmem: 256 * N * r + 2 ** 20 })
  }
  if (kdf === "pbkdf2" && params.prf === "hmac-sha256") {
    return pbkdf2Sync(password, salt, Number(params.c), length, "sha256")
  }
  throw new RangeError(`kdf: scrypt or pbkdf2 with hmac-sha256 expected, got ${kdf}`)
}

const macOf = (derived: Uint8Array, ciphertext: Uint8Array): Uint8Array =>
  keccak(Buffer.concat([derived.subarray(16, 32), ciphertext]))
