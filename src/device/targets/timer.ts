/** The alarm that links use, on the SDK's timers (milliseconds). */
import SdkTimer from "timer"
import type { Timer } from "../links/coap-link.ts"

export function createTimer(): Timer {
  let running: SdkTimer | undefined
  const clear = () => {
    if (running !== undefined) SdkTimer.clear(running)
    running = undefined
  }
  return {
    set(micros, callback) {
      clear()
      running = SdkTimer.set(
        () => {
          running = undefined
          callback()
        },
        Math.max(1, Math.ceil(micros / 1000)),
      )
    },
    clear,
  }
}

/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    SdkTimer.set(() => resolve(), milliseconds)
  })
}
