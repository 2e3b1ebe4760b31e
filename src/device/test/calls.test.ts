/** What a slot's call teaches: where in its round trip an ack was written, and no more than that. */
import { describe, expect, test } from "vitest"
import { DeviceClock } from "../clock.ts"

const START = Date.UTC(2026, 0, 1)
const EPOCH = 600_000_000
const periods = [{ first: 1, start: START, length: 600_000 }]
/** An ack that is large, on a slow link: most of its round trip is the way down (µs). */
const UP = 8_000
const DOWN = 42_000
/** From a slot to its call at the device: a free channel, and the frame itself (µs). */
const CALL = 2_000

/** A clock beside a perfect oscillator, whose acks come down slowly. */
function slow(guard?: number) {
  const clock = new DeviceClock(DeviceClock.unset([]), { ppm: 20, guard })
  let now = 0
  return {
    clock,
    sleep: () => {
      now += EPOCH
    },
    /** The call of this instant is heard; `late`: µs that whoever sent it lied. */
    call: (late = 0) => clock.called(now, START + (now - CALL + late) / 1000),
    ack: () => {
      const time = START + Math.floor((now + UP) / 1000)
      clock.learn({ sent: now, received: now + UP + DOWN, time }, periods)
    },
    /** ms that the clock is wrong */
    off: () => clock.unixMs(now) - START - now / 1000,
    guard: () => clock.guard(now + EPOCH, 0) / 1000,
  }
}

describe("a call", () => {
  test("puts right what acks that come down slowly put wrong, and narrows the guard", () => {
    const { sleep, ack, call, off, guard } = slow()
    for (let i = 0; i < 50; i++) {
      sleep()
      ack()
    }
    expect(Math.abs(off())).toBeGreaterThan(25)
    const before = guard()
    for (let i = 0; i < 50; i++) {
      sleep()
      call()
      ack()
    }
    expect(Math.abs(off())).toBeLessThan(2)
    expect(guard()).toBeLessThan(before / 2)
    // Without one, what it taught remains.
    for (let i = 0; i < 20; i++) {
      sleep()
      ack()
    }
    expect(Math.abs(off())).toBeLessThan(2)
  })

  test.each([60_000, -60_000, 3_600_000_000])("%d µs beyond what the ack leaves open is not believed", (late) => {
    const { clock, sleep, ack, call } = slow()
    const other = slow()
    for (let i = 0; i < 10; i++) {
      for (const each of [{ sleep, ack }, other]) {
        each.sleep()
        if (each.ack === ack) call(late)
        each.ack()
      }
    }
    expect(clock.state).toEqual(other.clock.state)
  })

  test("teaches a device with a fixed guard nothing", () => {
    const { sleep, ack, call, off } = slow(50)
    for (let i = 0; i < 10; i++) {
      sleep()
      call()
      ack()
    }
    expect(Math.abs(off())).toBeGreaterThan(25)
  })
})
