/**
 * The device's clock against the models of clocks and weather: hundreds of device-days of nothing but slots, calls and
 * acks. Calls and acks take what they take on 802.15.4 in virtual time with 120 devices, tails included.
 */
import { describe, expect, it } from "vitest"
import { DeviceClock } from "../../../src/device/clock.ts"
import { randomStream } from "../../fleet/random.ts"
import { createOscillator } from "../oscillator.ts"
import { type OscillatorName, oscillators } from "../oscillators.ts"
import { indoorTemperature, outdoorTemperature } from "../temperature.ts"

const MS = 1_000
const SECOND = 1_000_000
const EPOCH = 600 * SECOND
const HOUR = 3600 * SECOND
const SLOTS_A_DAY = 144
/** What a device listens on beyond its guard (`CALL_LATE` of src/device/wake.ts). */
const CALL_LATE = 8 * MS
/** Of a board in virtual time from waking to sleep (`npm start -- --virtual --devices 120 --days 0.7`), without listening. */
const AWAKE = 310 * MS

interface Place {
  month: number
  surroundings: "outdoor" | "indoor"
  /** parts of the calls that the air swallows, and of exchanges without an answer */
  callLoss?: number
  loss?: number
  /** ms of a fixed guard */
  guard?: number
}

interface Slot {
  guard: number
  listened: number
  missed: boolean
  inFirstHour: boolean
}

function life(name: OscillatorName, seed: string, device: number, days: number, place: Place): Slot[] {
  const { month, surroundings, callLoss = 0.05, loss = 0.005, guard: fixed } = place
  const start = Date.UTC(2026, month - 1, 1)
  const periods = [{ first: 1, start, length: EPOCH / MS }]
  const temperature = (surroundings === "outdoor" ? outdoorTemperature : indoorTemperature)({ seed, device, start })
  const { uniform } = randomStream(seed, "slots", device)
  const powerOn = Math.floor(uniform() * EPOCH)
  const at = 0.05 + 0.8 * uniform()
  const profile = oscillators[name]
  const { deviceTime, worldTime } = createOscillator({ profile, temperature, seed, device, powerOn })
  const clock = new DeviceClock(DeviceClock.unset([]), { ppm: profile.rated.value, guard: fixed })

  const exchange = (sent: number): boolean => {
    if (uniform() < loss) return false
    const read = sent + 8 * MS + 3 * MS * uniform() + (uniform() < 0.1 ? 20 * MS * uniform() : 0)
    const received = read + 27 * MS + 5 * MS * uniform() + (uniform() < 0.1 ? 40 * MS * uniform() : 0)
    const times = { sent: deviceTime(sent), received: deviceTime(received) }
    clock.learn({ ...times, time: Math.floor(start + read / MS) }, periods)
    return true
  }
  for (const after of [0.2, 14, 30]) exchange(powerOn + after * SECOND)

  const slots: Slot[] = []
  let silent = 0
  for (let epoch = 1; epoch <= days * SLOTS_A_DAY; epoch++) {
    const slot = Math.round((epoch + at) * EPOCH)
    if (slot < powerOn + 60 * SECOND || !clock.known) continue
    const planned = clock.local(start + slot / MS)
    const guard = clock.guard(planned, silent)
    const call = deviceTime(slot + 1310 + 320 * Math.floor(8 * uniform()) + (uniform() < 0.08 ? 6 * MS * uniform() : 0))
    const swallowed = uniform() < callLoss
    const end = planned + guard + CALL_LATE
    const heard = !swallowed && call >= planned - guard && call <= end
    const until = heard ? call : end
    const common = { guard, listened: until - planned + guard, inFirstHour: slot < powerOn + HOUR }
    slots.push({ ...common, missed: !heard && !swallowed })
    if (heard) clock.called(call, start + slot / MS)
    silent = heard ? 0 : silent + 1
    if (!exchange(worldTime(until)) && !exchange(worldTime(until) + 0.7 * SECOND)) silent++
  }
  return slots
}

function fleet(name: OscillatorName, devices: number, days: number, place: Place, seeds = ["1"]) {
  const slots = seeds.flatMap((seed) =>
    Array.from({ length: devices }, (_, device) => life(name, seed, device, days, place)).flat(),
  )
  const later = slots.filter(({ inFirstHour }) => !inFirstHour)
  const guards = later.map(({ guard }) => guard).sort((a, b) => a - b)
  const listened = slots.reduce((sum, slot) => sum + slot.listened, 0) / slots.length
  return {
    missRate: later.filter(({ missed }) => missed).length / later.length,
    guardMedianMs: guards[Math.floor(guards.length / 2)]! / MS,
    /** the first hour's included */
    overhead: listened / (AWAKE + listened),
  }
}

const winter: Place = { month: 1, surroundings: "outdoor" }
const summer: Place = { month: 7, surroundings: "outdoor" }
const office: Place = { month: 4, surroundings: "indoor" }

describe("crystals of 20 ppm", () => {
  it.each([winter, summer, office])("%o: guards of a few ms, hardly a call missed, from the first day on", (place) => {
    const { missRate, guardMedianMs, overhead } = fleet("crystal32k", 60, 1, place)
    expect(guardMedianMs).toBeLessThanOrEqual(10)
    expect(missRate).toBeLessThanOrEqual(0.001)
    expect(overhead).toBeLessThanOrEqual(0.04)
  })

  it("lose nothing of that in air that swallows a third", () => {
    const { missRate, guardMedianMs } = fleet("crystal32k", 60, 1, { ...winter, callLoss: 0.3, loss: 0.3 })
    expect(missRate).toBeLessThanOrEqual(0.001)
    expect(guardMedianMs).toBeLessThanOrEqual(50)
  })
})

describe("calibrated RC clocks of 500 ppm", () => {
  it.each([winter, summer, office])("%o: at most 0.2 %% of calls missed after the first hour", (place) => {
    const { missRate, guardMedianMs } = fleet("rc-calibrated", 30, 3, place, ["1", "2", "3"])
    expect(missRate).toBeLessThanOrEqual(0.002)
    expect(guardMedianMs).toBeLessThanOrEqual(30)
  })

  it("need 800 ms to miss as few where nothing is learned", () => {
    expect(fleet("rc-calibrated", 30, 1, { ...winter, guard: 600 }).missRate).toBeGreaterThan(0.01)
    expect(fleet("rc-calibrated", 30, 1, { ...winter, guard: 800 }).missRate).toBeLessThanOrEqual(0.002)
  })
})
