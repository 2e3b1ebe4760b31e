/** What the whole is for: every report arrives, once, over every link, in bad air. */
import { expect, it, onTestFinished } from "vitest"
import { pairs } from "./pairs.ts"
import { EPOCH_MS, WholeDevice } from "./whole-device.ts"

const SAMPLES = 12
/** Report intervals within which all must be there. */
const INTERVALS = 20

/** xorshift: the same air in every run. */
function randomOf(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

it.each(pairs.map((pair) => [pair.name, pair] as const))(
  `%s: all of ${SAMPLES} reports, once, within ${INTERVALS} intervals, where half of all frames are lost`,
  async (_, pair) => {
    const random = randomOf(4_242)
    const medium = { carry: (_: "up" | "down", bytes: Uint8Array) => (random() < 0.5 ? [] : [bytes]) }
    const device = await WholeDevice.start(pair, medium, SAMPLES)
    onTestFinished(() => device.end())
    while (device.taken === 0) await device.wake()
    const begun = device.time.now
    while (device.taken < SAMPLES || device.unsent > 0) {
      await device.wake()
      expect(device.time.now - begun).toBeLessThan(INTERVALS * EPOCH_MS * 1000)
    }
    expect(device.errors).toEqual([])
    expect(await device.stored()).toBe(SAMPLES)
    expect(await device.forks()).toBe(0)
  },
)
