/** Real time. */
import type { Scheduler } from "./scheduler.ts"

/** `setTimeout` waits at most 2^31 - 1 ms; longer waits are cut into pieces. */
const LONGEST_WAIT_MS = 2 ** 31 - 1

/** `monotonicMs` counts milliseconds, with fractions, and never goes back; `onError` hears of actions that throw. */
export function liveScheduler(monotonicMs: () => number, onError: (error: unknown) => void): Scheduler {
  const start = monotonicMs()
  const now = () => Math.floor((monotonicMs() - start) * 1000)
  return {
    now,
    at(time, action) {
      let handle: NodeJS.Timeout
      const arm = () => {
        const wait = Math.ceil(Math.max(0, time - now()) / 1000)
        handle = setTimeout(fire, Math.min(wait, LONGEST_WAIT_MS))
      }
      const fire = async () => {
        if (now() < time) return arm() // cut short, or up to a millisecond early
        try {
          await action()
        } catch (error) {
          onError(error)
        }
      }
      arm()
      return { cancel: () => clearTimeout(handle) }
    },
  }
}
