/** What the same samples take elsewhere: really encoded, with a signature of 64 bytes where there is one. */
import { type CborValue, encode, Tagged } from "../../src/protocol/cbor/index.ts"

/** Temperature and humidity in hundredths, CO2 in ppm. */
export interface TimedSample {
  /** unix s */
  at: number
  values: readonly number[]
}

/** Labels of RFC 8428 §6. */
const label = { baseName: -2, baseTime: -3, name: 0, unit: 1, value: 2, time: 6 } as const
const channels = [
  { name: "temperature", unit: "Cel", exponent: -2 },
  { name: "humidity", unit: "%RH", exponent: -2 },
  { name: "co2", unit: "ppm", exponent: 0 },
] as const
const SIGNATURE = new Uint8Array(64).fill(1)

/**
 * A SenML pack in CBOR (RFC 8428): base name (RFC 9039) and base time once, a record for each value; fractions as decimal
 * fractions (tag 4), the shortest form that SenML allows them.
 */
export function senml(samples: readonly TimedSample[]): Uint8Array {
  const [first] = samples
  const records = samples.flatMap(({ at, values }, i) =>
    channels.map(({ name, unit, exponent }, channel) => {
      const record = new Map<CborValue, CborValue>()
      if (i === 0 && channel === 0) {
        record.set(label.baseName, "urn:dev:mac:0024befffe804ff1:")
        record.set(label.baseTime, first!.at)
      }
      record.set(label.name, name)
      record.set(label.unit, unit)
      const value = values[channel]!
      record.set(label.value, exponent === 0 ? value : new Tagged(4, [exponent, value]))
      if (at !== first!.at) record.set(label.time, at - first!.at)
      return record
    }),
  )
  return encode(records)
}

/** COSE_Sign1 (RFC 9052 §4.2) with ES256K and a key identifier of 8 bytes. */
export function coseSign1(payload: Uint8Array): Uint8Array {
  const es256k = encode(new Map([[1, -47]]))
  const unprotected = new Map([[4, new Uint8Array(8)]])
  return encode(new Tagged(18, [es256k, unprotected, payload, SIGNATURE]))
}

/** Bytes of a LoRaWAN PHYPayload around what it carries: MHDR 1, FHDR 7, FPort 1, MIC 4. */
const LORAWAN = 13

/**
 * blocky (2016) hands each LoRaWAN frame on to a contract as a string. Its device's own text is not published; here it is the
 * readings with commas. One frame a sample, base64 as in Semtech's protocol, no signature.
 */
export function frameString({ values }: TimedSample): Uint8Array {
  const text = channels.map(({ exponent }, i) => (values[i]! * 10 ** exponent).toFixed(-exponent)).join(",")
  return Buffer.from(Buffer.alloc(LORAWAN + text.length).toString("base64"))
}

/** A plain string that does what our report does: who, when, what, and a signature in hex. One a sample. */
export function signedString({ at, values }: TimedSample): Uint8Array {
  const text = channels.map(({ exponent }, i) => (values[i]! * 10 ** exponent).toFixed(-exponent)).join(",")
  return Buffer.from(`${"0x".padEnd(42, "0")},${at},${text},${Buffer.from(SIGNATURE).toString("hex")}`)
}
