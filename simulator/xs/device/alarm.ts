/** The host's one alarm, as the timer that links and the console take. */
import type { Timer } from "../../../src/device/links/coap-link.ts"
import type { Host } from "./host.d.ts"

export interface Alarm extends Timer {
  /** The host says that it rang. */
  ring(): void
}

export function openAlarm(host: Host): Alarm {
  let callback: (() => void) | undefined
  return {
    set(micros, then) {
      callback = then
      host.setAlarm(Math.floor(host.now()) + micros)
    },
    clear() {
      callback = undefined
      host.setAlarm(undefined)
    },
    ring: () => callback?.(),
  }
}
