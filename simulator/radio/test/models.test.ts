import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { randomStream } from "../../fleet/random.ts"
import { ieee802154Airtime, loraAirtime, serialAirtime, wifiAirtime } from "../airtime.ts"
import { Channel, channelOf, meanLoss } from "../channel.ts"
import { Impairment } from "../impairment.ts"
import { drawLatency } from "../latency.ts"

const SECOND = 1_000_000
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe("airtime", () => {
  it("of LoRa is Semtech's: 51 bytes of payload and 13 of LoRaWAN", () => {
    const milliseconds = [7, 10, 12].map((spreadingFactor) => Math.round(loraAirtime(64, { spreadingFactor }) / 1000))
    expect(milliseconds).toEqual([118, 698, 2793])
  })

  it("of LoRa: the worked figures of the calculator for 10 bytes", () => {
    // 12.25 symbols of preamble and 28 (SF7) or 18 (SF12) of payload
    expect(loraAirtime(10, { spreadingFactor: 7 })).toBe(Math.round((12.25 + 28) * 1024))
    expect(loraAirtime(10, { spreadingFactor: 12 })).toBe(Math.round((12.25 + 18) * 32_768))
  })

  it("of IEEE 802.15.4: 4.26 ms for the largest frame", () => {
    expect(ieee802154Airtime(127)).toBe(4256)
  })

  it("of a serial line and of Wi-Fi", () => {
    expect(serialAirtime(115, 115_200)).toBe(9983)
    // 35 symbols of 4 us and the preamble, SIFS, an ack of 6 symbols and its preamble
    expect(wifiAirtime(100, 6)).toBe(20 + 140 + 10 + 20 + 24)
  })
})

describe("a channel", () => {
  const parameters = { good: 60 * SECOND, bad: 20 * SECOND, lossGood: 0.02, lossBad: 0.6 }
  const losses = (step: number, count = 40_000) => {
    const channel = new Channel(parameters, randomStream("1", "channel"))
    return Array.from({ length: count }, (_, i) => channel.loses(i * step))
  }
  const share = (lost: boolean[]) => lost.filter(Boolean).length / lost.length

  it("loses the same part of the frames however rarely it is asked", () => {
    expect(meanLoss(parameters)).toBeCloseTo((0.02 * 3 + 0.6) / 4, 9)
    for (const step of [5 * SECOND, 60 * SECOND, 600 * SECOND])
      expect(Math.abs(share(losses(step)) - meanLoss(parameters))).toBeLessThan(0.012)
  })

  it("remembers for seconds, not for minutes", () => {
    const afterLoss = (lost: boolean[]) => share(lost.slice(1).filter((_, i) => lost[i]))
    expect(afterLoss(losses(SECOND))).toBeGreaterThan(2.5 * meanLoss(parameters))
    expect(Math.abs(afterLoss(losses(600 * SECOND)) - meanLoss(parameters))).toBeLessThan(0.02)
  })

  it("stays in each state as long as it says", () => {
    const channel = new Channel(parameters, randomStream("2", "channel"))
    const states = Array.from({ length: 400_000 }, (_, i) => channel.isBad(i * 100_000))
    const changes = states.slice(1).filter((bad, i) => bad !== states[i]).length
    expect(states.filter(Boolean).length / states.length).toBeCloseTo(0.25, 1)
    // 40,000 s in cycles of 80 s, two changes each
    expect(Math.abs(changes - 1000)).toBeLessThan(120)
  })

  it("can be made for any loss", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (loss) => {
        const made = channelOf(loss, { bad: SECOND, share: Math.max(1 / 3, loss * (2 - loss)) })
        expect(meanLoss(made)).toBeCloseTo(loss, 6)
        expect(made.lossBad).toBeLessThanOrEqual(1)
      }),
    )
  })
})

it("latency has the median and the tail that it says", () => {
  const random = randomStream("1", "latency")
  const delays = Array.from({ length: 20_000 }, () =>
    drawLatency({ minimum: 1000, median: 4000, p99: 80_000 }, random),
  ).sort((a, b) => a - b)
  expect(delays[0]).toBeGreaterThanOrEqual(1000)
  expect(Math.abs(delays[10_000]! - 4000)).toBeLessThan(150)
  expect(Math.abs(delays[19_800]! - 80_000)).toBeLessThan(12_000)
})

describe("an impairment", () => {
  const fates = (impairment: Impairment, device: number, count = 5000) =>
    Array.from({ length: count }, (_, i) => impairment.fate(device, i * 600 * SECOND))

  it.each([0, 0.1, 0.3, 0.5, 0.6, 1])("loses %d of the datagrams", (loss) => {
    const impairment = new Impairment({ loss, latency: 0, seed: "1" })
    const lost = fates(impairment, 0, 20_000).filter((fate) => "lost" in fate).length / 20_000
    expect(Math.abs(lost - loss)).toBeLessThan(0.015)
  })

  it("delays the others by about as much as asked", () => {
    const impairment = new Impairment({ loss: 0, latency: 200_000, seed: "1" })
    const delays = fates(impairment, 0).map((fate) => ("delayUs" in fate ? fate.delayUs : Number.NaN))
    expect(Math.abs(mean(delays) - 200_000)).toBeLessThan(20_000)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100_000)
  })

  it("follows from seed and device, whatever else happens", () => {
    const alone = fates(new Impairment({ loss: 0.3, latency: 1000, seed: "1" }), 3)
    const busy = new Impairment({ loss: 0.3, latency: 1000, seed: "1" })
    const others = fates(busy, 4)
    expect(fates(busy, 3)).toEqual(alone)
    expect(others).not.toEqual(alone)
  })
})
