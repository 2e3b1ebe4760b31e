/** What a device tells the simulator, one JSON line each. Boards without a host print the same lines on their console. */

export type Trace =
  | { e: "boot"; reason: string; boot: number; address: string }
  | { e: "hello" }
  | { e: "pending"; id: number }
  | { e: "enrolled"; id: number }
  | { e: "sample"; n: number }
  | { e: "signed"; seq: number; epoch: number; kind: number; samples: number; bytes: number }
  | { e: "sent"; request: number; reports: number; bytes: number }
  | { e: "acked"; seqs: number[]; rttMs: number }
  | { e: "refused"; seq: number; reason: number }
  | { e: "receipt"; seq: number; epoch: number; ok: boolean }
  | { e: "time"; epoch: number; since: number; length: number }
  | { e: "radio"; on: boolean }
  /** of the last answer: dBm, 0 to 255, dB, where the link tells */
  | { e: "quality"; link: string; rssi?: number; lqi?: number; snr?: number }
  /** the device listened for its call at the slot, for `waited` µs */
  | { e: "slot"; heard: boolean; waited: number }
  /**
   * `pending`: samples not yet signed; `misses`: wakes in a row that found no gateway; `slotAt`: unix ms of the slot it
   * wakes for, 0 where it does not know the time; `guard`: µs that its radio is on before it
   */
  | {
      e: "asleep"
      untilEpoch: number
      unsent: number
      unreceipted: number
      pending: number
      misses: number
      slotAt: number
      guard: number
    }
  | { e: "error"; code: string; message: string }

/** `undefined` for a line that is not a trace: other firmware may say more than this simulator knows. */
export function parseTrace(line: string): Trace | undefined {
  try {
    const trace = JSON.parse(line)
    return typeof trace?.e === "string" ? trace : undefined
  } catch {
    return undefined
  }
}
