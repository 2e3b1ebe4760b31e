/**
 * Does the time of `sign` in V8 depend on the key? Welch's t-test between one fixed key and random ones (O. Reparaz,
 * J. Balasch, I. Verbauwhede, "Dude, is my code constant time?", DATE 2017). |t| above 4.5 is taken for a leak.
 */
import { ecdh, getPublicKey, sha256, sign } from "../as/index.ts"

export const T_THRESHOLD = 4.5
const SAMPLES = 12_000
const POOL = 512
/** The slowest measurements are the machine's doing: everything above this quantile of all goes. */
const KEEP = 0.9

function welch(a: number[], b: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = (values: number[], center: number) =>
    values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1)
  const [meanA, meanB] = [mean(a), mean(b)]
  return (meanA - meanB) / Math.sqrt(variance(a, meanA) / a.length + variance(b, meanB) / b.length)
}

/** t of the times of `run` over fixed and random secrets, taken in random order. */
export function leakage(run: (secret: Uint8Array) => unknown, samples = SAMPLES): number {
  const fixed = new Uint8Array(32)
  fixed[31] = 1
  const random = Array.from({ length: POOL }, (_, i) => sha256(Uint8Array.of(i & 255, i >> 8)))
  const copies = Array.from({ length: POOL }, () => fixed.slice())
  for (let i = 0; i < 500; i++) run(random[i % POOL]!)
  const times: [number[], number[]] = [[], []]
  for (let i = 0; i < samples; i++) {
    const which = Math.random() < 0.5 ? 0 : 1
    const secret = (which === 0 ? copies : random)[i % POOL]!
    const start = performance.now()
    run(secret)
    times[which].push(performance.now() - start)
  }
  const all = [...times[0], ...times[1]].sort((a, b) => a - b)
  const limit = all[Math.floor(all.length * KEEP)]!
  return welch(
    times[0].filter((time) => time < limit),
    times[1].filter((time) => time < limit),
  )
}

export function leakages(): { name: string; t: number }[] {
  const digest = sha256(new Uint8Array(1))
  const peer = getPublicKey(digest)
  return [
    { name: "sign", t: leakage((key) => sign(digest, key)) },
    { name: "ecdh", t: leakage((key) => ecdh(key, peer), SAMPLES / 3) },
    { name: "public key", t: leakage((key) => getPublicKey(key)) },
  ]
}
