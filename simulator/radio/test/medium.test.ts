import { describe, expect, it } from "vitest"
import type { FrameEvent, GatewayEnd } from "../../fleet/medium.ts"
import { VirtualScheduler } from "../../fleet/virtual/scheduler.ts"
import { Impairment } from "../impairment.ts"
import { type MediumProfile, media } from "../profiles.ts"
import { type RadioPorts, radioMedium } from "../radio-medium.ts"

const SECOND = 1_000_000
const MINUTE = 60 * SECOND

/** A profile in which nothing is left to chance but what a test turns on. */
function quiet(profile: MediumProfile): MediumProfile {
  const zero = (figure: { value: number }) => ({ ...figure, value: 0 }) as MediumProfile["ack"]
  const { channel, interference, signal } = profile
  return {
    ...profile,
    channel: { ...channel, lossGood: zero(channel.lossGood), lossBad: zero(channel.lossBad) },
    interference: { ...interference, burst: zero(interference.burst) },
    signal: { ...signal, site: zero(signal.site), fading: zero(signal.fading), bad: zero(signal.bad) },
  }
}

function setUp(profile: MediumProfile, ports: Partial<RadioPorts> = {}, answerAfter = 0) {
  const scheduler = new VirtualScheduler()
  const frames: FrameEvent[] = []
  const heard: { device: number; at: number; bytes: Uint8Array }[] = []
  const gateway: GatewayEnd = {
    datagram(device, bytes, answer) {
      heard.push({ device, at: scheduler.now(), bytes })
      scheduler.at(scheduler.now() + answerAfter, () => answer(new Uint8Array([bytes.length])))
    },
  }
  const observe = (frame: FrameEvent) => frames.push(frame)
  const medium = radioMedium(profile, { scheduler, gateway, seed: "1", observe, ...ports })
  const answers: { device: number; at: number; bytes: Uint8Array }[] = []
  const open = (device: number) =>
    medium.open(device, (bytes) => void answers.push({ device, at: scheduler.now(), bytes }))
  return { scheduler, medium, frames, heard, answers, open, gateway }
}

describe("any medium", () => {
  it.each(["ideal", "wifi", "802154", "lora-sf7", "serial"] as const)(
    "%s carries a datagram and its answer",
    async (name) => {
      const { scheduler, frames, heard, answers, open } = setUp(quiet(media[name]))
      open(3).send(new Uint8Array(40))
      await scheduler.runUntil(10 * SECOND)
      expect(heard.map(({ device, bytes }) => [device, bytes.length])).toEqual([[3, 40]])
      expect(answers.map(({ device, bytes }) => [device, [...bytes]])).toEqual([[3, [40]]])
      expect(frames.map(({ direction, lost }) => [direction, lost])).toEqual([
        ["up", undefined],
        ["down", undefined],
      ])
      expect(frames[0]!.end - frames[0]!.start).toBeGreaterThanOrEqual(frames[0]!.airtimeUs)
    },
  )

  it("gives nothing to a device that has closed its link", async () => {
    const { scheduler, frames, answers, open } = setUp(quiet(media.wifi), {}, SECOND)
    const link = open(0)
    link.send(new Uint8Array(40))
    await scheduler.runUntil(0.5 * SECOND)
    link.close()
    open(0)
    await scheduler.runUntil(3 * SECOND)
    expect(frames.at(-1)).toMatchObject({ direction: "down" })
    expect(answers.length).toBe(1) // the next wake's link hears it: the same radio listens
    const other = setUp(quiet(media.wifi), {}, SECOND)
    const first = other.open(0)
    first.send(new Uint8Array(40))
    await other.scheduler.runUntil(0.5 * SECOND)
    first.close()
    await other.scheduler.runUntil(3 * SECOND)
    expect(other.frames.at(-1)).toMatchObject({ direction: "down", lost: "asleep" })
    expect(other.answers).toEqual([])
  })

  it("drops what is too large for a frame where it has no fragments", async () => {
    const { scheduler, frames, heard, open } = setUp(quiet(media.wifi))
    open(0).send(new Uint8Array(1473))
    await scheduler.runUntil(10 * SECOND)
    expect(frames).toMatchObject([{ lost: "size", bytes: 0, airtimeUs: 0 }])
    expect(heard).toEqual([])
  })

  it("is silent in an outage, and names it", async () => {
    const outage = (device: number, now: number) => device === 1 && now < MINUTE
    const { scheduler, frames, heard, open } = setUp(quiet(media.wifi), { outage })
    const links = [open(0), open(1)]
    for (const link of links) link.send(new Uint8Array(40))
    await scheduler.runUntil(2 * MINUTE)
    links[1]!.send(new Uint8Array(40))
    await scheduler.runUntil(3 * MINUTE)
    expect(heard.map(({ device }) => device)).toEqual([0, 1])
    expect(frames.filter(({ lost }) => lost).map(({ device, lost }) => [device, lost])).toEqual([[1, "outage"]])
  })

  it("loses and delays more with an impairment on top", async () => {
    const impairment = new Impairment({ loss: 0.5, latency: 200_000, seed: "1" })
    const { scheduler, frames, heard, open } = setUp(quiet(media.wifi), { impairment })
    const sent: number[] = []
    const link = open(0)
    for (let i = 0; i < 400; i++)
      scheduler.at(i * 10 * MINUTE, () => {
        sent.push(scheduler.now())
        link.send(new Uint8Array([i % 256]))
      })
    await scheduler.runUntil(4000 * MINUTE)
    const up = frames.filter(({ direction }) => direction === "up")
    expect(up.length).toBe(400)
    expect(Math.abs(heard.length - 200)).toBeLessThan(40)
    expect(up.filter(({ lost }) => lost === "channel").length).toBe(400 - heard.length)
    for (const { at } of heard) expect(at % (10 * MINUTE)).toBeGreaterThan(100_000)
  })

  it("does the same for the same seed, and something else for another", async () => {
    const run = async (seed: string) => {
      const { scheduler, frames, open } = setUp(media["802154"], { seed })
      for (let device = 0; device < 20; device++) {
        const link = open(device)
        for (let i = 0; i < 10; i++) scheduler.at(i * MINUTE + device * 1000, () => link.send(new Uint8Array(150)))
      }
      await scheduler.runUntil(20 * MINUTE)
      return frames
    }
    const first = await run("1")
    expect(await run("1")).toEqual(first)
    expect(await run("2")).not.toEqual(first)
  })
})

describe("802.15.4", () => {
  const profile = quiet(media["802154"])

  it("cuts a datagram into frames of at most 127 bytes", async () => {
    const { scheduler, frames, heard, open } = setUp(profile)
    open(0).send(new Uint8Array(250))
    await scheduler.runUntil(SECOND)
    // 102 + 102 + 46, each with 25 more
    expect(frames[0]).toMatchObject({ bytes: 325, airtimeUs: (325 + 18) * 32, retries: 0 })
    expect(heard[0]!.bytes.length).toBe(250)
  })

  it("repeats a lost frame three times, then gives up", async () => {
    const lossy = { ...profile, channel: { ...profile.channel, lossGood: { ...profile.channel.lossGood, value: 1 } } }
    lossy.channel.lossBad = lossy.channel.lossGood
    const { scheduler, frames, heard, open } = setUp(lossy)
    open(0).send(new Uint8Array(50))
    await scheduler.runUntil(SECOND)
    expect(frames).toMatchObject([{ lost: "channel", retries: 3, bytes: 4 * 75 }])
    expect(heard).toEqual([])
  })

  it("listens before it sends: of a crowd that starts at once, most get through", async () => {
    const crowd = async (csma: boolean) => {
      const { scheduler, frames, heard, open } = setUp({ ...profile, csma })
      for (let device = 0; device < 8; device++) open(device).send(new Uint8Array(60))
      await scheduler.runUntil(SECOND)
      const lost = frames.flatMap(({ direction, lost }) => (direction === "up" && lost ? [lost] : []))
      return { heard: heard.length, lost: new Set(lost) }
    }
    expect(await crowd(false)).toEqual({ heard: 0, lost: new Set(["collision"]) })
    const polite = await crowd(true)
    expect(polite.heard).toBeGreaterThanOrEqual(5)
    for (const reason of polite.lost) expect(["busy", "collision"]).toContain(reason)
  })

  it("says how well it heard: RSSI and LQI", async () => {
    const { scheduler, frames, open } = setUp(profile)
    open(0).send(new Uint8Array(60))
    await scheduler.runUntil(SECOND)
    expect(frames[0]).toMatchObject({ rssi: -70, lqi: Math.round((34 / 40) * 255) })
  })

  it("delivers the gateway's call to a device that listens, and to no other", async () => {
    const callAt = (_: number, now: number) => Math.ceil(now / MINUTE) * MINUTE
    const { scheduler, answers, frames, open } = setUp(profile, { callAt })
    await scheduler.runUntil(MINUTE - 20_000)
    open(0)
    open(1).close()
    await scheduler.runUntil(2 * MINUTE)
    expect(answers.map(({ device, bytes }) => [device, bytes.length])).toEqual([[0, 0]])
    expect(answers[0]!.at).toBeGreaterThan(MINUTE)
    expect(answers[0]!.at).toBeLessThan(MINUTE + 5000)
    expect(frames).toMatchObject([{ device: 0, direction: "down", bytes: 25, call: true }])
  })
})

describe("a coordinator's call", () => {
  const profile = quiet(media["802154"])

  it("is on time while a long message goes to another device", async () => {
    const callAt = (device: number) => (device === 0 ? SECOND : undefined)
    const { scheduler, answers, frames, open, gateway } = setUp(profile, { callAt })
    gateway.datagram = (_, __, answer) => answer(new Uint8Array(1000))
    open(1)
    await scheduler.runUntil(SECOND - 40_000)
    open(0)
    open(1).send(new Uint8Array(40))
    await scheduler.runUntil(2 * SECOND)
    const call = frames.find((frame) => frame.call)!
    const message = frames.find(({ device, direction }) => device === 1 && direction === "down")!
    expect(message.start).toBeLessThan(SECOND)
    expect(message.end).toBeGreaterThan(SECOND + 10_000)
    expect(call.end - SECOND).toBeLessThan(10_000)
    expect(answers.map(({ device, bytes }) => [device, bytes.length])).toEqual([
      [0, 0],
      [1, 1000],
    ])
  })
})

describe("LoRa", () => {
  const profile = quiet(media["lora-sf9"])

  it("answers in the first window that it can make", async () => {
    for (const [delay, window] of [
      [0.5, 1],
      [1.5, 2],
    ] as const) {
      const { scheduler, frames, open } = setUp(profile, {}, delay * SECOND)
      open(0).send(new Uint8Array(40))
      await scheduler.runUntil(10 * SECOND)
      const [up, down] = frames
      expect(down!.end - down!.airtimeUs).toBe(up!.end + window * SECOND)
    }
  })

  it("has nobody to answer to after the second window", async () => {
    const { scheduler, frames, answers, open } = setUp(profile, {}, 2.5 * SECOND)
    open(0).send(new Uint8Array(40))
    await scheduler.runUntil(10 * SECOND)
    expect(frames[1]).toMatchObject({ direction: "down", lost: "asleep", airtimeUs: 0 })
    expect(answers).toEqual([])
  })

  it("keeps its duty cycle: 36 s of air in an hour, a hundredth of the time after", async () => {
    const { scheduler, frames, open } = setUp(profile)
    const link = open(0)
    const HOURS = 10
    for (let i = 0; i < HOURS * 1200; i++) scheduler.at(i * 3 * SECOND, () => link.send(new Uint8Array(100)))
    await scheduler.runUntil((HOURS * 60 + 1) * MINUTE)
    const up = frames.filter(({ direction }) => direction === "up")
    const airtime = (from: number, to: number) =>
      up.filter(({ start }) => start >= from && start < to).reduce((sum, frame) => sum + frame.airtimeUs, 0)
    expect(airtime(0, 2 * MINUTE)).toBeGreaterThan(20 * SECOND)
    expect(airtime(0, 60 * MINUTE)).toBeLessThan(73 * SECOND)
    expect(Math.abs(airtime(120 * MINUTE, HOURS * 60 * MINUTE) / (36 * SECOND * (HOURS - 2)) - 1)).toBeLessThan(0.02)
    expect(up.find(({ lost }) => lost === "duty")).toMatchObject({ bytes: 0, airtimeUs: 0 })
  })

  it("frames that overlap on one channel are lost, unless one is much stronger", async () => {
    const single = { ...profile, channels: { ...profile.channels, value: 1 } }
    const equal = setUp(single)
    for (const device of [0, 1]) equal.open(device).send(new Uint8Array(40))
    await equal.scheduler.runUntil(SECOND)
    expect(equal.frames.map(({ lost }) => lost)).toEqual(["collision", "collision"])
    const strong = setUp(
      { ...single, signal: { ...single.signal, site: { ...single.signal.site, value: 15 } } },
      { seed: "3" },
    )
    for (const device of [0, 1]) strong.open(device).send(new Uint8Array(40))
    await strong.scheduler.runUntil(SECOND)
    const [first, second] = strong.frames.filter(({ direction }) => direction === "up")
    expect(Math.abs(first!.rssi! - second!.rssi!)).toBeGreaterThanOrEqual(6)
    expect([first, second].filter((frame) => frame!.lost).length).toBe(1)
    expect(strong.heard[0]!.device).toBe(first!.rssi! > second!.rssi! ? first!.device : second!.device)
  })
})

it("the named profiles lose as much as their figures say", async () => {
  const { scheduler, frames, open } = setUp(media.wifi)
  const links = Array.from({ length: 50 }, (_, device) => open(device))
  for (let i = 0; i < 40; i++)
    for (const [device, link] of links.entries())
      scheduler.at(i * 10 * MINUTE + device * SECOND, () => link.send(new Uint8Array(150)))
  await scheduler.runUntil(400 * MINUTE)
  const up = frames.filter(({ direction }) => direction === "up")
  const { good, bad, lossGood, lossBad } = media.wifi.channel
  const expected = (good.value * lossGood.value + bad.value * lossBad.value) / (good.value + bad.value)
  expect(up.length).toBe(2000)
  expect(Math.abs(up.filter(({ lost }) => lost).length / 2000 - expected)).toBeLessThan(0.012)
})
