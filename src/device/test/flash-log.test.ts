import fc from "fast-check"
import { expect, test } from "vitest"
import { crypto } from "../../../as/index.ts"
import { FlashLog, LEAST_SECTORS } from "../flash/log.ts"
import { FlashState, StateKey } from "../flash/state.ts"
import { PowerCut, TestFlash } from "./test-board.ts"

const REGION = { offset: 4096, sectors: 4 }

const entries = (log: FlashLog) => [...log.items()].flatMap(({ payload }) => (payload ? [payload] : []))

test("what was appended is read back in order, by a scan and by going on from a position", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 0, maxLength: 300 }), { maxLength: 40 }), (payloads) => {
      const flash = new TestFlash(5)
      let log = FlashLog.scan({ flash, crypto }, REGION)
      for (const payload of payloads) {
        while (!log.fits(payload.length)) log.reclaim()
        log.append(7, payload)
        const { position } = log
        log = FlashLog.resume({ flash, crypto }, REGION, position)!
        expect(FlashLog.scan({ flash, crypto }, REGION).position).toEqual(position)
      }
      const kept = entries(log).map((payload) => [...payload])
      expect(kept).toEqual(payloads.slice(payloads.length - kept.length).map((payload) => [...payload]))
    }),
  )
})

test("power may fail in any operation: every append that returned is there, in order, and writing goes on", () => {
  const steps = fc.array(fc.record({ length: fc.integer({ min: 1, max: 900 }), cut: fc.integer({ min: 0, max: 6 }) }), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 0.1, 0.5, 0.9), (sequence, tear) => {
      const flash = new TestFlash(5)
      flash.tear = tear
      let log = FlashLog.scan({ flash, crypto }, REGION)
      let written: number[] = []
      let number = 0
      for (const { length, cut } of sequence) {
        number++
        flash.cutAfter = cut
        try {
          const payload = new Uint8Array(Math.max(4, length)).fill(number & 255)
          while (!log.fits(payload.length)) {
            const gone = log.oldest().length
            log.reclaim()
            written = written.slice(gone)
          }
          log.append(7, payload)
          written.push(number & 255)
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error
        }
        if (flash.dead) {
          flash.powerOn()
          log = FlashLog.scan({ flash, crypto }, REGION)
        }
        flash.cutAfter = 0
        const kept = entries(log).map((payload) => payload[0]!)
        // A record whose write was cut may be whole all the same; an erase that was cut may have taken its sector.
        const last = kept.at(-1) === (number & 255) ? kept.slice(0, -1) : kept
        const expected = written.at(-1) === (number & 255) ? written.slice(0, -1) : written
        expect(expected.slice(expected.length - last.length)).toEqual(last)
        expect(expected.length - last.length).toBeLessThanOrEqual(cut ? expected.length : 0)
        written = kept
      }
    }),
  )
})

test("state: the newest value of each key survives any power cut once it was set", () => {
  const steps = fc.array(
    fc.record({ key: fc.constantFrom(...Object.values(StateKey)), cut: fc.integer({ min: 0, max: 5 }) }),
    { maxLength: 300 },
  )
  fc.assert(
    fc.property(steps, (sequence) => {
      const flash = new TestFlash(5)
      let state = FlashState.scan({ flash, crypto }, REGION)
      const expected = new Map<number, number>()
      sequence.forEach(({ key, cut }, i) => {
        flash.cutAfter = cut
        let attempted = false
        try {
          attempted = true
          state.set(key, [i, "x".repeat(150)])
          expected.set(key, i)
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error
        }
        if (flash.dead) {
          flash.powerOn()
          state = FlashState.scan({ flash, crypto }, REGION)
          const now = state.get(key) as [number, string] | undefined
          if (attempted && now?.[0] === i) expected.set(key, i)
        }
        flash.cutAfter = 0
        for (const [k, value] of expected) expect((state.get(k as StateKey) as [number, string])[0]).toBe(value)
      })
    }),
    { numRuns: 60 },
  )
})

test("state: where wear left one sector to write to, small values outlive those that fill it", () => {
  const flash = new TestFlash(5)
  const region = { offset: 4096, sectors: LEAST_SECTORS }
  let state = FlashState.scan({ flash, crypto }, region)
  state.set(StateKey.secretKey, 1)
  for (let i = 0; i < 40; i++) {
    state.set(StateKey.network, "x".repeat(300 + 7 * i))
    expect(state.get(StateKey.secretKey)).toBe(1)
    state = FlashState.scan({ flash, crypto }, region)
    expect(state.get(StateKey.secretKey)).toBe(1)
  }
})

test("a position that flash contradicts is not resumed", () => {
  const flash = new TestFlash(5)
  const log = FlashLog.scan({ flash, crypto }, REGION)
  const before = log.position
  log.append(7, new Uint8Array(10))
  expect(FlashLog.resume({ flash, crypto }, REGION, before)).toBeUndefined()
  expect(FlashLog.resume({ flash, crypto }, REGION, { ...log.position, end: 3 })).toBeUndefined()
  expect(FlashLog.resume({ flash, crypto }, REGION, log.position)).toBeDefined()
})
