import { expect, it } from "vitest"
import type { FrameEvent, Medium } from "../../fleet/medium.ts"
import { VirtualScheduler } from "../../fleet/virtual/scheduler.ts"
import { type ImpairedOptions, impairedMedium } from "../impaired-medium.ts"
import { Impairment } from "../impairment.ts"

/** A medium that answers at once with what it was sent. */
const mirror: Medium = {
  open: (_, receive) => ({ send: (bytes) => void receive(bytes), close: () => {} }),
  close: () => {},
}

async function talk(count: number, options: Partial<ImpairedOptions>) {
  const scheduler = new VirtualScheduler()
  const frames: FrameEvent[] = []
  const medium = impairedMedium(mirror, { scheduler, observe: (frame) => frames.push(frame), ...options })
  const heard: number[] = []
  const link = medium.open(3, (bytes) => void heard.push(bytes[0]!))
  for (let i = 0; i < count; i++) {
    link.send(new Uint8Array([i & 255, 0]))
    await scheduler.runUntil(scheduler.now() + 1_000)
  }
  await scheduler.runUntil(scheduler.now() + 60_000_000)
  return { frames, heard }
}

const part = (frames: readonly FrameEvent[], direction: string) => {
  const all = frames.filter((frame) => frame.direction === direction)
  return all.filter(({ lost }) => lost).length / all.length
}

it("without a model everything passes at once, and is counted", async () => {
  const { frames, heard } = await talk(3, { header: 10, airtime: (bytes) => bytes * 2 })
  expect(heard).toEqual([0, 1, 2])
  expect(frames).toHaveLength(6)
  expect(frames[0]).toEqual({
    ...{ device: 3, direction: "up", start: 0, end: 0, bytes: 12, airtimeUs: 24, retries: 0 },
  })
})

it("loses about as much as was asked for", async () => {
  const impairment = new Impairment({ loss: 0.3, latency: 0, seed: "7" })
  // bad times last a minute: a run of hours sees many
  const scheduler = new VirtualScheduler()
  const frames: FrameEvent[] = []
  const medium = impairedMedium(mirror, { scheduler, impairment, observe: (frame) => frames.push(frame) })
  for (let i = 0; i < 8_000; i++) {
    medium.open(i % 8, () => {}).send(new Uint8Array(1))
    await scheduler.runUntil(scheduler.now() + 5_000_000)
  }
  expect(part(frames, "up")).toBeCloseTo(0.3, 1)
  // An answer meets the air in which its question came through.
  expect(part(frames, "down")).toBeGreaterThan(0.05)
  expect(part(frames, "down")).toBeLessThan(part(frames, "up"))
})

it("makes two of some, and swaps what is late, but not on a line", async () => {
  const model = () => new Impairment({ loss: 0, latency: 5_000, duplicate: 0.2, seed: "1" })
  const { heard } = await talk(250, { impairment: model() })
  expect(heard.length).toBeGreaterThan(300)
  expect(heard).not.toEqual(heard.toSorted((a, b) => a - b))
  const line = await talk(250, { impairment: model(), ordered: true })
  expect(line.heard).toEqual(line.heard.toSorted((a, b) => a - b))
})
