/** A machine's datagrams taken for a serial line, with its one alarm: what a console needs. */
import type { ConsoleLine } from "../../../src/device/console/serve.ts"
import { openAlarm } from "./alarm.ts"
import type { Host } from "./host.d.ts"

export function openLine(host: Host): ConsoleLine {
  const stream: ConsoleLine["stream"] = {
    write: (bytes) => host.send(bytes),
    close: () => {
      host.on = undefined
    },
  }
  const timer = openAlarm(host)
  host.on = { datagram: (bytes) => stream.onReadable?.(bytes), alarm: () => timer.ring() }
  return { stream, timer }
}
