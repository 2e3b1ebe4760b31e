/** All that is random in a simulation follows from one seed and a label, so that runs can be repeated. */
import { createHash } from "node:crypto"

/** 32 bytes. */
export function seededBytes(seed: string, ...labels: (string | number)[]): Uint8Array {
  return new Uint8Array(
    createHash("sha256")
      .update(JSON.stringify(["dormouse fleet", seed, ...labels]))
      .digest(),
  )
}

/** 0 to 2^32 - 1. */
export function seededInteger(seed: string, ...labels: (string | number)[]): number {
  return new DataView(seededBytes(seed, ...labels).buffer).getUint32(0)
}
