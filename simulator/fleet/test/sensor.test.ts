import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { profile, Replay, readRecording, stretchStart } from "../sensor.ts"

const recording = readRecording()

describe("recording", () => {
  it("has a value for each channel of the profile in every minute", () => {
    expect(recording).toHaveLength(20_560)
    expect(recording[0]).toEqual([23.7, 26.272, 749.2])
    expect(recording.every((reading) => reading.length === profile.length)).toBe(true)
  })

  it("names file and line where a value is missing", () => {
    const path = join(mkdtempSync(join(tmpdir(), "dormouse-")), "broken.csv")
    writeFileSync(path, "time,temperature_c,humidity_pct,co2_ppm\n10:00,20,40,400\n10:01,20,,400\n")
    expect(() => readRecording(path)).toThrow(`${path}, line 3: "10:01,20,,400" lacks a number`)
    writeFileSync(path, "time,humidity_pct\n10:00,20\n")
    expect(() => readRecording(path)).toThrow('no column "temperature_c"')
  })
})

describe("replay", () => {
  it("moves on only when a sample was taken", () => {
    const sensor = new Replay(recording, 5)
    expect(sensor.current).toEqual(recording[5])
    expect(sensor.current).toEqual(recording[5])
    sensor.advance()
    expect(sensor.current).toEqual(recording[6])
  })

  it("goes on with the first minute behind the last", () => {
    const sensor = new Replay(recording, recording.length - 1)
    sensor.advance()
    expect(sensor.current).toEqual(recording[0])
  })

  it("gives nothing after its limit", () => {
    const sensor = new Replay(recording, 0, 2)
    sensor.advance()
    expect(sensor.exhausted).toBe(false)
    sensor.advance()
    expect(sensor.exhausted).toBe(true)
    expect(sensor.current).toBeUndefined()
    sensor.advance()
    expect(sensor.taken).toBe(2)
  })
})

describe("stretches", () => {
  it("are different for every device up to the length of the recording", () => {
    const starts = recording.map((_, index) => stretchStart("1", index, recording.length))
    expect(new Set(starts).size).toBe(recording.length)
  })

  it("depend on the seed alone", () => {
    expect(stretchStart("1", 7, 20_560)).toBe(stretchStart("1", 7, 20_560))
    expect(stretchStart("1", 7, 20_560)).not.toBe(stretchStart("2", 7, 20_560))
  })
})
