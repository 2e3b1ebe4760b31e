/** A bundle for the board: at each wake another thing that a board must survive, or remember. */
import type { Host } from "../../../xs/device/host.d.ts"

declare const host: Host

const OFFSET = 4096 * 63
const say = (text: string, ...values: unknown[]) => host.trace([text, ...values].join(" "))

/** What this wake is the how-manyth of, in flash: a bit cleared for each. */
function countWake(): number {
  const bytes = host.flash.read(OFFSET, 32)
  const count = bytes.findIndex((byte) => byte !== 0)
  bytes[count] = 0
  host.flash.write(OFFSET, bytes)
  return count
}

const wakes: (() => void)[] = [
  () => {
    host.retained.write(new Uint8Array([7, 8, 9]))
    host.sleep(host.now() + 3_600_000_000)
  },
  () => {
    const { retained, reason } = host
    say("slept", reason, retained.read(), Math.floor(host.now() / 1e6))
    const held: unknown[] = []
    for (;;) held.push(new Array(100))
  },
  () => {
    say("after memory ran out", host.reason, host.retained.read())
    const deeper = (n: number): number => deeper(n + 1) + 1
    deeper(0)
  },
  () => {
    say("after the stack overflowed", host.reason)
    throw new RangeError("on purpose")
  },
  () => {
    say("after an exception", host.reason)
    try {
      host.flash.write(OFFSET, new Uint8Array(32).fill(255))
    } catch (error) {
      say((error as Error).message)
    }
    try {
      new Function("return 1")()
    } catch (error) {
      say("no parser:", (error as Error).name)
    }
    host.flash.erase(OFFSET, 4096)
    say("erased", host.flash.read(OFFSET, 2))
    host.setAlarm(host.now() + 5_000_000)
    const asked = host.now()
    host.on = {
      alarm: () => {
        say("alarm", Math.round((host.now() - asked) / 1000))
        host.on = undefined
      },
    }
  },
]

Object.assign(globalThis, { start: () => wakes[countWake()]!() })
