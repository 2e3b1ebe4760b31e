/** The rv32 board: `host` behind the ports of the device runtime, its UART as the `serial` link. */
import { serialLink } from "../../../../src/device/links/serial-link.ts"
import type { Board, Link } from "../../../../src/device/ports.ts"
import type { Host } from "../../../xs/device/host.d.ts"

/** What the board says of its battery: it has none that could be measured. */
const BATTERY_MILLIVOLTS = 0

export function createBoard(host: Host): Board {
  const now = () => Math.floor(host.now())
  return {
    flash: host.flash,
    retained: host.retained,
    crypto: host.crypto,
    clock: { now },
    entropy: { random: (length) => host.random(length) },
    sensor: { sample: () => host.sensor },
    power: {
      reason: host.reason,
      batteryMillivolts: BATTERY_MILLIVOLTS,
      sleep: (micros) => host.sleep(micros),
    },
    openLink: () => openLink(host, now),
    trace: (event) => host.trace(JSON.stringify(event)),
  }
}

function openLink(host: Host, now: () => number): Link {
  let ring: (() => void) | undefined
  const stream = {
    write: (bytes: Uint8Array) => host.send(bytes),
    onReadable: undefined as ((bytes: Uint8Array) => void) | undefined,
    close: () => {
      host.on = undefined
    },
  }
  host.on = { datagram: (bytes) => stream.onReadable?.(bytes), alarm: () => ring?.() }
  const timer = {
    set(micros: number, callback: () => void) {
      ring = callback
      host.setAlarm(now() + micros)
    },
    clear() {
      ring = undefined
      host.setAlarm(undefined)
    },
  }
  return serialLink({ stream, timer })
}
