/** A device's profile: what its channels are. Registered once, so that reports carry bare integers. */
import { type CborValue, encode } from "./cbor/index.ts"
import type { Crypto } from "./crypto.ts"
import { asArray, asInt, asText } from "./shape.ts"

export interface Channel {
  name: string
  /** SenML unit (RFC 8428 §12.1) */
  unit: string
  /** reading = integer * 10^exponent */
  exponent: number
}

export type Profile = readonly Channel[]

export function profileValue(profile: Profile): CborValue[] {
  return profile.map(({ name, unit, exponent }) => [name, unit, exponent])
}

export function asProfile(value: CborValue | undefined): Profile {
  return asArray(value, "profile", 1, 64).map((channel) => {
    const [name, unit, exponent] = asArray(channel, "channel", 3, 3)
    return { name: asText(name, "name"), unit: asText(unit, "unit"), exponent: asInt(exponent, "exponent") }
  })
}

/** SHA-256 over the profile's CBOR, as signed in the hello and kept in the registry. */
export function profileHash(crypto: Crypto, profile: Profile): Uint8Array {
  return crypto.sha256(encode(profileValue(profile)))
}
