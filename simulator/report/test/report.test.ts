import { describe, expect, it } from "vitest"
import { totalOf } from "../../energy/charge.ts"
import { htmlReport } from "../html.ts"
import { jsonReport } from "../json.ts"
import { GroupRecord, type RunRecord } from "../run-record.ts"
import { summarise } from "../summary.ts"
import { barPlot, cumulative, linePlot } from "../svg.ts"
import { textReport } from "../text.ts"
import { bytes, milliseconds, moment, percent, years } from "../words.ts"
import { exampleRecord } from "./fixture.ts"

const record = exampleRecord()
const bare: RunRecord = {
  ...record,
  groups: [new GroupRecord({ name: "idle", devices: 1, parts: record.groups[0]!.parts, twinOf: undefined })],
  ...{ perDay: [], faults: [] },
  gateway: { ...record.gateway, gas: 0 },
}

describe("the summary", () => {
  const summary = summarise(record)

  it("counts what the fleet did, without its twins", () => {
    const wakes = 40 * 3 * 144
    expect(summary).toMatchObject({
      devices: 120,
      samples: 2 * wakes,
      delivery: 1,
      faults: { outage: 2, "gateway-down": 1 },
    })
    expect(summary.gasAReport).toBeCloseTo(43_200_000 / (3 * wakes), 6)
    expect(summary.bytes).toEqual({ up: 2 * wakes * 164, down: 2 * wakes * 164 })
  })

  it("compares twins with their own group", () => {
    const [desks, naive] = record.groups
    expect(summary.energyRatioNaive).toBeCloseTo(totalOf(naive!.charge) / totalOf(desks!.charge), 9)
    expect(summary.energyRatioNaive).toBeGreaterThan(3)
  })

  it("says which part of the time awake the guard takes", () => {
    const { times } = record.groups[0]!
    const awake = times.boot + times.cpu + times.listen + times.receive + times.transmit
    expect(summary.groups[0]!.radioOverhead).toBeCloseTo(times.guard / awake, 9)
    expect(summary.groups[0]!.guardMedianMs).toBeCloseTo(20, 0)
  })

  it("of a run in which nothing happened has nothing to tell, and says so", () => {
    expect(summarise(bare)).toMatchObject({
      ...{ delivery: null, missRate: null, guardMedianMs: null, radioOverhead: null, energyRatioNaive: null },
      ...{ batteryYears: null, toAckMs: null, gasAReport: null },
    })
  })

  it("delivery is what is anchored or named, of what was taken", () => {
    const lossy = exampleRecord()
    Object.assign(lossy.groups[0]!.samples, { taken: 100, anchored: 90, inGaps: 4 })
    expect(summarise(lossy).groups[0]!.delivery).toBeCloseTo(0.94, 9)
  })
})

describe("the reports", () => {
  it.each([
    ["text", textReport],
    ["JSON", jsonReport],
    ["HTML", htmlReport],
  ])("as %s are the same for the same record, and can show an empty one", (_, report) => {
    expect(report(exampleRecord())).toBe(report(record))
    expect(report(bare)).not.toMatch(/NaN|undefined|Infinity/)
    expect(report(record)).not.toMatch(/NaN|undefined|Infinity/)
  })

  it("as text name what was lost, and why", () => {
    const text = textReport(record)
    expect(text).toContain("Scenario example, seed 1: 120 devices, 3 days")
    expect(text).toMatch(/frames lost up +\d\.\d\d % of 17,280 \(channel \d+, collision \d+\)/)
    expect(text).toMatch(/1 d 02:00 {4}outage {15}device 7: for 3 h/)
    expect(text).toMatch(/mC a day +[\d,]+: sleep/)
  })

  it("as JSON can be read back", () => {
    const report = JSON.parse(jsonReport(record))
    expect(report).toMatchObject({
      delivery: 1,
      energyRatioNaive: expect.any(Number),
      batteryYears: { median: expect.any(Number) },
    })
    const [desks] = report.distributions
    expect(desks.toAckMs.reduce((sum: number, [, , times]: number[]) => sum + times!, 0)).toBe(17_280)
  })

  it("never write infinity into JSON", () => {
    const sunny = exampleRecord()
    sunny.groups[0]!.batteryYears.add(Number.POSITIVE_INFINITY, 1000)
    expect(JSON.parse(jsonReport(sunny)).groups[0].batteryYears.median).toBeNull()
    expect(htmlReport(sunny)).toContain("no end")
  })

  it("as HTML need nothing from elsewhere and run nothing", () => {
    const html = htmlReport(record)
    expect(html).not.toMatch(/<script|<link|https?:|@import|url\(|<img|<iframe/)
    expect(html.match(/<svg/g)!.length).toBeGreaterThanOrEqual(6)
    expect(html.length).toBeLessThan(300_000)
  })

  it("as HTML take names as text, not as markup", () => {
    const html = htmlReport(record)
    expect(html).not.toContain("<b>rooms")
    expect(html).toContain("&lt;b&gt;rooms &amp; halls&lt;/b&gt;")
  })

  it("as HTML close every element that they open", () => {
    const open: string[] = []
    for (const [, slash, name, self] of htmlReport(record).matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
      if (self || name === "meta" || name === "br") continue
      if (slash) expect(open.pop()).toBe(name)
      else open.push(name!)
    }
    expect(open).toEqual([])
  })
})

describe("plots", () => {
  const axis = { label: "x", tick: String }

  it("keep every point inside", () => {
    const values = [0.001, 1, 999_999]
    const svg = linePlot([{ name: "a", points: values.map((x, i) => [x, i]) }], { ...axis, log: true }, axis, "t")
    const points = [...svg.matchAll(/points="([^"]+)"/g)].flatMap(([, list]) =>
      list!.split(" ").map((p) => p.split(",").map(Number)),
    )
    expect(points.length).toBe(3)
    for (const [x, y] of points) {
      expect(x).toBeGreaterThanOrEqual(62)
      expect(x).toBeLessThanOrEqual(720)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThanOrEqual(260)
    }
  })

  it("of nothing are nothing, of one value are drawn", () => {
    expect(linePlot([], axis, axis, "t")).toBe("")
    expect(barPlot([{ name: "a", parts: [0, 0] }], ["x", "y"], String, "t")).toBe("")
    expect(linePlot([{ name: "a", points: [[1, 1]] }], axis, axis, "t")).not.toMatch(/NaN|Infinity/)
  })

  it("bars are as long as their values", () => {
    const svg = barPlot(
      [
        { name: "a", parts: [1, 3] },
        { name: "b", parts: [2, 0] },
      ],
      ["x", "y"],
      String,
      "t",
    )
    const widths = [...svg.matchAll(/<rect[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width))
    expect(widths).toEqual([110, 330, 220])
  })

  it("cumulative curves go from nothing to all", () => {
    const buckets = [
      [1, 2, 3],
      [2, 4, 1],
    ] as const
    expect(cumulative(buckets, 4)).toEqual([
      [1, 0],
      [2, 0.75],
      [4, 1],
    ])
  })
})

it("figures read as people write them", () => {
  expect([0.5, 12, 999, 1500, 150_000, 9e6, 2e8].map(milliseconds)).toEqual([
    ...["0.500 ms", "12 ms", "999 ms", "1.50 s", "2.50 min", "2.50 h", "2.31 d"],
  ])
  expect([0, 999, 1500, 2.5e9].map(bytes)).toEqual(["0 B", "999 B", "1.50 KB", "2.50 GB"])
  expect([percent(0.12345), percent(null), years(8.404), years(null)]).toEqual(["12.35 %", "-", "8.40 years", "no end"])
  expect(moment(93_600_000_000)).toBe("1 d 02:00")
})
