/** A machine's datagrams taken for a serial line, with its one alarm: what a console needs. */
import type { ConsoleLine } from "../../../src/device/console/serve.ts"
import type { Host } from "./host.d.ts"

export function openLine(host: Host): ConsoleLine {
  const stream: ConsoleLine["stream"] = {
    write: (bytes) => host.send(bytes),
    close: () => {
      host.on = undefined
    },
  }
  let ring: (() => void) | undefined
  const timer = {
    set(micros: number, callback: () => void) {
      ring = callback
      host.setAlarm(Math.floor(host.now()) + micros)
    },
    clear() {
      ring = undefined
      host.setAlarm(undefined)
    },
  }
  host.on = { datagram: (bytes) => stream.onReadable?.(bytes), alarm: () => ring?.() }
  return { stream, timer }
}
