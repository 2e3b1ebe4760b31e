/** The gateway's two ports in virtual time: its clock is the simulation's, its randomness follows from the seed. */
import { createCipheriv } from "node:crypto"
import type { Clock, Random } from "../../../src/gateway/ports.ts"
import type { Scheduler } from "../scheduler.ts"
import { seededBytes } from "../seed.ts"

/** `unixMs`: what the clock says at a moment of the scheduler. As every gateway's, it never goes back, but waits. */
export function gatewayClock(scheduler: Scheduler, unixMs: (now: number) => number): Clock {
  let last = 0
  return {
    now: () => (last = Math.max(last, Math.floor(unixMs(scheduler.now())))),
    after(ms, task) {
      const timer = scheduler.at(scheduler.now() + Math.max(0, ms) * 1000, async () => void (await task()))
      return () => timer.cancel()
    },
  }
}

/** The key stream of AES-256-CTR: any number of bytes, in order. */
export function gatewayRandom(seed: string, ...labels: (string | number)[]): Random {
  const cipher = createCipheriv("aes-256-ctr", seededBytes(seed, "gateway", ...labels), new Uint8Array(16))
  return (length) => new Uint8Array(cipher.update(new Uint8Array(length)))
}
