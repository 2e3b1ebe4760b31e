/** When a device comes again that the gateway did not let in: it was full, or away. */
import { expect, test } from "vitest"
import { Life } from "./life.ts"

const SECOND = 1_000_000
const HOUR = 3600 * SECOND
/** A hello's two exchanges, or the first one's timeout (µs). */
const AWAKE = 2_100_000

/** µs from each of so many wakes to the next. */
async function intervals(life: Life, wakes: number): Promise<number[]> {
  const passed: number[] = []
  for (let i = 0; i < wakes; i++) {
    const before = life.device.now
    await life.wake()
    passed.push(life.device.now - before)
  }
  return passed
}

/** A gateway that has no room for whoever says hello. */
function full(life: Life, retryAfter: number): () => void {
  const handle = life.gateway.handle.bind(life.gateway)
  life.gateway.handle = (message) =>
    message.kind === "hello" && message.body.length > 100 ? { ok: false, reason: "busy", retryAfter } : handle(message)
  return () => {
    life.gateway.handle = handle
  }
}

test("a gateway that is full says when to come again, and that is when the device comes, however often", async () => {
  const life = new Life({ batch: 1, samples: 3 })
  const letIn = full(life, 900 * SECOND)
  for (const passed of await intervals(life, 15)) {
    expect(passed).toBeGreaterThanOrEqual(900 * SECOND)
    expect(passed).toBeLessThan(900 * SECOND + AWAKE)
  }
  expect(life.traces("asleep").at(-1)).toMatchObject({ misses: 0 })
  letIn()
  await life.wake()
  expect(life.traces("enrolled").length).toBe(1)
  await life.settle(20)
  expect(life.errors).toEqual([])
})

test("nobody vouches for that answer: it neither silences a device nor wakes it all the time", async () => {
  const silenced = new Life()
  full(silenced, 1000 * HOUR)
  for (const passed of await intervals(silenced, 3)) expect(passed).toBeLessThan(HOUR + AWAKE)
  const woken = new Life()
  full(woken, 0)
  for (const passed of await intervals(woken, 3)) expect(passed).toBeGreaterThanOrEqual(10 * SECOND)
})

test("without a gateway each wait is twice as long, up to an hour, and no two devices keep in step", async () => {
  const fleet = Array.from(
    { length: 12 },
    (_, i) => new Life({ seed: i + 1, carries: () => ({ up: false, down: false }) }),
  )
  const waits = await Promise.all(fleet.map((life) => intervals(life, 15)))
  for (const wait of waits)
    for (const [i, passed] of wait.entries()) {
      const most = Math.min(HOUR, 2 ** (i + 1) * SECOND)
      expect(passed).toBeGreaterThanOrEqual(most / 2)
      expect(passed).toBeLessThan(most + AWAKE)
    }
  for (let i = 0; i < 15; i++) expect(new Set(waits.map((wait) => wait[i])).size).toBeGreaterThan(6)
})
