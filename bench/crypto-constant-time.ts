/**
 * Does the time of `sign` in V8 depend on the key? Welch's t-test between one fixed key and random ones (O. Reparaz,
 * J. Balasch, I. Verbauwhede, "Dude, is my code constant time?", DATE 2017). |t| above 4.5 is taken for a leak.
 */
import { ecdh, getPublicKey, sha256, sign } from "../as/index.ts"

export const T_THRESHOLD = 4.5
const SAMPLES = 12_000
const POOL = 512
const ONE = Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 1 : 0))
/** `POOL` keys that look random; `seed` makes other ones. */
export const keys = (seed: number): Uint8Array[] =>
  Array.from({ length: POOL }, (_, i) => sha256(Uint8Array.of(i & 255, i >> 8, seed)))
/** The slowest measurements are the machine's doing: everything above this quantile of all goes. */
const KEEP = 0.9

function welch(a: number[], b: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = (values: number[], center: number) =>
    values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1)
  const [meanA, meanB] = [mean(a), mean(b)]
  return (meanA - meanB) / Math.sqrt(variance(a, meanA) / a.length + variance(b, meanB) / b.length)
}

/**
 * t of the times of `run` over fixed and random secrets, in random order. Both classes take the same path to the call (one
 * buffer, times in one array) and are told apart afterwards: two classes of random keys then differ by chance only.
 */
export function leakage(run: (secret: Uint8Array) => unknown, fixed: Uint8Array[] = [ONE], samples = SAMPLES): number {
  const random = keys(0)
  const classes = Uint8Array.from({ length: samples }, () => (Math.random() < 0.5 ? 1 : 0))
  const times = new Float64Array(samples)
  const secret = new Uint8Array(32)
  for (let i = -2000; i < samples; i++) {
    const pools = [fixed, random]
    const pool = pools[classes[Math.max(i, 0)]!]!
    secret.set(pool[(i + 2000) % pool.length]!)
    const start = process.hrtime.bigint()
    run(secret)
    const time = Number(process.hrtime.bigint() - start)
    if (i >= 0) times[i] = time
  }
  const limit = times.toSorted()[Math.floor(samples * KEEP)]!
  const of = (which: number) => [...times].filter((time, i) => classes[i] === which && time < limit)
  return welch(of(0), of(1))
}

export function leakages(): { name: string; t: number }[] {
  const digest = sha256(new Uint8Array(1))
  const peer = getPublicKey(digest)
  return [
    { name: "sign", t: leakage((key) => sign(digest, key)) },
    { name: "ecdh", t: leakage((key) => ecdh(key, peer), [ONE], SAMPLES / 3) },
    { name: "public key", t: leakage((key) => getPublicKey(key)) },
  ]
}
