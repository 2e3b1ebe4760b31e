import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { EnergyAccount, spanOf } from "../account.ts"
import { type BatteryName, batteries } from "../batteries.ts"
import { Battery } from "../battery.ts"
import { boards } from "../boards.ts"
import { type Cause, causes, chargeOf, peakOf, totalOf } from "../charge.ts"
import { type ChipName, chips } from "../chips.ts"
import { flashMicros, meterMicros, signatureMicros } from "../cpu.ts"
import { createHarvester, harvesters } from "../harvest.ts"
import { oscillators } from "../oscillators.ts"
import { constantTemperature } from "../temperature.ts"
import { noTimes, type WakeTimes } from "../wake-times.ts"

const YEAR_US = 365.25 * 86_400_000_000
const consumer = {
  chip: chips.esp32c6,
  board: boards.low,
  link: "802154",
  oscillator: oscillators["rc-calibrated"],
} as const
const wake: WakeTimes = {
  sleep: 599_700_000,
  boot: 120_000,
  cpu: 100_000,
  sign: 6_000,
  associate: 0,
  listen: 70_000,
  guard: 24_000,
  receive: 3_000,
  transmit: 7_000,
  flashBytes: 512,
  flashErases: 0,
}

describe("the charge of a wake", () => {
  it("counts each microsecond once, at the current of its state", () => {
    const charge = chargeOf(wake, consumer)
    expect(charge.sleep).toBeCloseTo(599.7 * 0.0067, 9)
    expect(charge.boot).toBeCloseTo(0.12 * 27, 9)
    expect(charge.cpu + charge.sign).toBeCloseTo(0.1 * 27, 9)
    expect(charge.guard + charge.listen).toBeCloseTo(0.07 * 74, 9)
    expect(charge.transmit).toBeCloseTo(0.007 * 305, 9)
    expect(charge.flash).toBeCloseTo(0.0016 * 32, 9)
    expect(charge.leakage).toBeCloseTo(600 * 0.0073, 9)
  })

  it("is additive in time, and nothing costs nothing", () => {
    expect(totalOf(chargeOf(noTimes, consumer, 0))).toBe(0)
    const keys = Object.keys(noTimes) as (keyof WakeTimes)[]
    const whole = chargeOf(wake, consumer, 0)
    const parts = keys
      .filter((key) => key !== "sign" && key !== "guard")
      .map((key) => {
        const within = { cpu: { sign: wake.sign }, listen: { guard: wake.guard } }[key as string] ?? {}
        return chargeOf({ ...noTimes, [key]: wake[key], ...within }, consumer, 0)
      })
    for (const cause of causes) expect(parts.reduce((sum, part) => sum + part[cause], 0)).toBeCloseTo(whole[cause], 9)
  })

  it("says which current is the largest", () => {
    expect(peakOf(wake, consumer)).toBe(305)
    expect(peakOf({ ...wake, transmit: 0 }, consumer)).toBe(74)
    expect(peakOf({ ...noTimes, cpu: 1 }, consumer)).toBe(27)
  })

  it("refuses 802.15.4 on a chip that has none", () => {
    expect(() => chargeOf(wake, { ...consumer, chip: chips.esp32c3 })).toThrow(/esp32c6/)
  })

  it("of an ESP32 over Wi-Fi lies in the range that users measure: 30 to 120 mC a report", () => {
    const wifi = { ...consumer, chip: chips.esp32, link: "wifi" } as const
    const report = (associate: number) => totalOf(chargeOf({ ...wake, boot: 270_000, associate, sleep: 0 }, wifi))
    expect(report(200_000)).toBeGreaterThan(30)
    expect(report(1_000_000)).toBeLessThan(135)
  })
})

it.each(Object.keys(chips) as ChipName[])("%s: times follow from instructions", (name) => {
  const chip = chips[name]
  expect(signatureMicros(chip)).toBeCloseTo(685_000 / chip.mips.value, 6)
  expect(meterMicros(chip)).toBeGreaterThan(0.1)
  expect(flashMicros(chip, 256, 1)).toBe(70_800)
})

describe.each(Object.keys(batteries) as BatteryName[])("battery %s", (name) => {
  const profile = batteries[name]
  const load = { wake: 15, peak: 305, celsius: 20 }

  it("gives what it holds, no more", () => {
    const battery = new Battery(profile)
    battery.draw({ ...load, charge: battery.full / 4, micros: 0 })
    expect(battery.stateOfCharge).toBeCloseTo(0.75, 9)
    battery.draw({ ...load, charge: battery.full, micros: 0 })
    expect(battery.stateOfCharge).toBe(0)
  })

  it("loses charge by itself, faster in the heat", () => {
    const after = (celsius: number) => {
      const battery = new Battery(profile)
      battery.draw({ ...load, celsius, charge: 0, micros: YEAR_US })
      return battery.lost / battery.full
    }
    expect(after(20)).toBeCloseTo(-Math.expm1(-profile.selfDischarge.value / 100), 4)
    expect(after(40)).toBeGreaterThan(2.9 * after(20))
  })

  it("sags more the colder, the emptier and the heavier the load", () => {
    const battery = new Battery(profile)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: -30, max: 40 }), (left, celsius) => {
        const now = battery.millivolts({ ...load, celsius }, left)
        expect(battery.millivolts({ ...load, celsius: celsius - 10 }, left)).toBeLessThanOrEqual(now)
        expect(battery.millivolts({ ...load, celsius, peak: 400, wake: 20 }, left)).toBeLessThanOrEqual(now)
        expect(battery.millivolts({ ...load, celsius }, left * 0.9)).toBeLessThanOrEqual(now)
      }),
    )
  })

  it("lasts as long as a slow drain, year by year, shows", () => {
    const battery = new Battery(profile)
    const perYear = battery.full / 3
    const predicted = battery.yearsLeft(perYear, load, 2700)
    let years = 0
    while (battery.millivolts(load) >= 2700) {
      battery.draw({ ...load, charge: perYear / 1000, micros: YEAR_US / 1000 })
      years += 0.001
    }
    expect(predicted).toBeGreaterThan(1)
    expect(Math.abs(predicted - years)).toBeLessThan(0.003)
  })
})

it("a coin cell cannot carry the radio without its capacitor", () => {
  const bare = { ...batteries.CR2032, reservoir: batteries["18650"].reservoir }
  const load = { wake: 15, peak: 305, celsius: 20 }
  expect(new Battery(bare).millivolts(load)).toBeLessThan(0)
  expect(new Battery(batteries.CR2032).millivolts(load)).toBeGreaterThan(2700)
})

describe("an account", () => {
  const account = (extra = {}) => {
    const battery = new Battery(batteries["2xAA-lithium"])
    return {
      battery,
      account: new EnergyAccount({ consumer, battery, temperature: constantTemperature(20), ...extra }),
    }
  }

  it("adds up wakes, and takes from the battery what it books", () => {
    const { battery, account: books } = account()
    for (let i = 1; i <= 1000; i++) books.book(wake, i * spanOf(wake))
    expect(books.wakes).toBe(1000)
    expect(totalOf(books.charge)).toBeCloseTo(1000 * totalOf(chargeOf(wake, consumer)), 6)
    expect(battery.full - battery.left - battery.lost).toBeCloseTo(totalOf(books.charge), 3)
  })

  it("extrapolates to the battery's life from what it has seen", () => {
    const { account: books } = account()
    books.book(wake, spanOf(wake))
    const years = books.batteryYears(new Battery(batteries["2xAA-lithium"]))
    const perYear = (totalOf(chargeOf(wake, consumer)) / spanOf(wake)) * YEAR_US
    // some of the capacity is left where the chip browns out, and some is lost by itself
    expect(years).toBeLessThan((3000 * 3600) / perYear)
    expect(years).toBeGreaterThan((0.75 * 3000 * 3600) / perYear)
  })

  it("names the brown-out when the battery is empty", () => {
    const { battery, account: books } = account()
    expect(books.book(wake, spanOf(wake))).toMatchObject({ brownOut: false })
    battery.draw({ charge: battery.full * 0.97, micros: 0, wake: 0, peak: 0, celsius: 20 })
    expect(books.book(wake, 2 * spanOf(wake))).toMatchObject({ brownOut: true })
  })

  it("a wake's causes do not change when the sleep does", () => {
    const long = chargeOf({ ...wake, sleep: 10 * wake.sleep }, consumer)
    const changed = causes.filter((cause: Cause) => long[cause] !== chargeOf(wake, consumer)[cause])
    expect(changed).toEqual(["sleep", "leakage"])
  })
})

describe("the sun", () => {
  const DAY = 86_400_000_000
  const start = Date.UTC(2026, 0, 1)
  const harvest = createHarvester({ profile: harvesters["solar-small"], seed: "1", start })
  const month = (first: number) =>
    Array.from({ length: 30 }, (_, i) => harvest((first + i) * DAY, (first + i + 1) * DAY)).reduce((a, b) => a + b)

  it("gives nothing at night, and several times more in June than in December", () => {
    expect(harvest(0, 6 * 3_600_000_000)).toBe(0)
    expect(month(160)).toBeGreaterThan(3 * month(340))
    expect(month(340)).toBeGreaterThan(0)
  })

  it("gives the same for a day however it is asked", () => {
    const pieces = Array.from({ length: 144 }, (_, i) =>
      harvest(200 * DAY + (i * DAY) / 144, 200 * DAY + ((i + 1) * DAY) / 144),
    )
    const whole = harvest(200 * DAY, 201 * DAY)
    expect(Math.abs(pieces.reduce((a, b) => a + b) / whole - 1)).toBeLessThan(0.01)
  })

  it("is no more than a clear sky's", () => {
    // 20 cm2 at 18 % and 75 % under 1,000 W/m2: 71 mA
    for (let day = 0; day < 365; day++) expect(harvest(day * DAY, (day + 1) * DAY)).toBeLessThan(71 * 86_400 * 0.5)
  })

  it("keeps a rechargeable battery alive, and nothing else", () => {
    const years = (name: BatteryName) => {
      const battery = new Battery(batteries[name], 0.5)
      const books = new EnergyAccount({ consumer, battery, temperature: constantTemperature(20), harvest })
      for (let now = 1; now <= 1000; now++) books.book(wake, now * spanOf(wake))
      return books.batteryYears(new Battery(batteries[name]))
    }
    expect(years("18650")).toBe(Number.POSITIVE_INFINITY)
    expect(years("2xAA-lithium")).toBeLessThan(30)
  })
})
