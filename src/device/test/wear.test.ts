/** How flash wears: DORMOUSE_WEAR=1 counts the erases that docs/flash.md quotes over 3,000 wakes, and prints them. */
import { expect, test } from "vitest"
import { crypto } from "../../../as/index.ts"
import { FlashLog } from "../flash/log.ts"
import { Life } from "./life.ts"
import { TestFlash } from "./test-board.ts"

const WAKES = process.env.DORMOUSE_WEAR ? 3000 : 600
const WAKES_A_YEAR = 52_596
const STATE = 6
const REGION = { offset: 0, sectors: 7 }

test("one wake each ten minutes: a year costs a sector some dozens of erases, each as many as the others", async () => {
  const life = new Life({ batch: 1, samples: 2 * WAKES, sectors: 64 })
  await life.run(WAKES)
  const { erases } = life.flash
  const rings = [erases.slice(0, STATE), erases.slice(STATE)]
  const year = rings.map((ring) => (ring.reduce((sum, count) => sum + count, 0) / ring.length / WAKES) * WAKES_A_YEAR)
  if (process.env.DORMOUSE_WEAR) console.log(`erases a year and sector: state ${year[0]}, outbox ${year[1]}`)
  expect(year[0]).toBeLessThan(250)
  expect(year[1]).toBeLessThan(80)
  for (const ring of rings) expect(Math.max(...ring) - Math.min(...ring)).toBeLessThanOrEqual(2)
}, 240_000)

test("worn sectors are passed over and stay known; with fewer than three left the log refuses", () => {
  const flash = new TestFlash(7)
  let log = FlashLog.scan({ flash, crypto }, REGION)
  let number = 0
  const append = () => {
    const payload = new Uint8Array(200).fill(++number & 255)
    while (!log.fits(payload.length)) log.reclaim()
    log.append(7, payload)
    const values = [...log.items()].flatMap((item) => (item.payload ? [item.payload[0]!] : []))
    expect(values).toEqual(values.map((_, i) => (number - values.length + 1 + i) & 255))
  }
  for (const sector of [3, 0, 6, 2]) {
    flash.worn.add(sector)
    for (let i = 0; i < 150; i++) append()
    expect(new Set(log.position.worn)).toEqual(new Set(flash.worn))
    const { position } = log
    log = FlashLog.scan({ flash, crypto }, REGION)
    expect(log.position).toEqual(position)
  }
  flash.worn.add(4)
  expect(() => {
    for (let i = 0; i < 150; i++) append()
  }).toThrow("sectors are worn out")
})

test("a device whose flash is worn out says so and rests", async () => {
  const life = new Life({ batch: 1, samples: 600 })
  await life.run(5)
  for (let sector = 0; sector < 16; sector++) life.flash.worn.add(sector)
  await life.run(12)
  expect(life.traces("error").at(-1)).toMatchObject({ code: "E_FLASH_WORN" })
  expect(life.errors).toEqual([])
  expect(life.gateway.repeatedRequests).toBe(0)
})
