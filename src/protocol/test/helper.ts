import { expect } from "vitest"
import { crypto as ownCrypto } from "../../../as/index.ts"
import { nobleCrypto } from "../../../test/noble-crypto.ts"
import { type Crypto, DormouseError, fromHex, type Profile, type SigningContext } from "../index.ts"

/** Both implementations of the port: what holds with one must hold with the other. */
export const cryptos: [name: string, crypto: Crypto][] = [
  ["own crypto", ownCrypto],
  ["noble", nobleCrypto],
]
export const crypto = ownCrypto

/** Stable code of the `DormouseError` that `run` must throw. */
export function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(DormouseError)
    return (error as DormouseError).code
  }
  return "nothing was thrown"
}

export const repeat = (byte: number, length: number) => new Uint8Array(length).fill(byte)

export const secretKey = repeat(0x11, 32)
export const gatewayKey = repeat(0x22, 32)
export const publicKey = nobleCrypto.getPublicKey(secretKey)

export const context: SigningContext = { chainId: 20_167, registry: repeat(0xaa, 20), device: repeat(0xdd, 20) }

export const profile: Profile = [
  { name: "temperature", unit: "Cel", exponent: -2 },
  { name: "humidity", unit: "%RH", exponent: -2 },
  { name: "co2", unit: "ppm", exponent: 0 },
]

/** `bytes` with one bit changed. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice()
  out[bit >> 3]! ^= 1 << (bit & 7)
  return out
}

export const hex = (digits: string) => fromHex(digits.replaceAll(/\s/g, ""))
