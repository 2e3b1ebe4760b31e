/** The board that a machine of the XS worker is: `host` behind the ports of the device runtime. */
import { CoapLink } from "../../../src/device/links/coap-link.ts"
import type { Board, Link } from "../../../src/device/ports.ts"
import type { Host } from "./host.d.ts"

/** The rated error of a 32 kHz crystal, unless the host says otherwise. */
const PPM = 20
/** What a simulated board reports of its battery until the energy models move in: a full pair of AA lithium cells. */
const BATTERY_MILLIVOLTS = 3000

export function createBoard(host: Host): Board {
  const now = () => Math.floor(host.now())
  return {
    flash: host.flash,
    retained: host.retained,
    crypto: host.crypto,
    clock: { now, ppm: PPM },
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
  const datagrams = {
    send: (bytes: Uint8Array) => host.send(bytes),
    close: () => {
      host.on = undefined
    },
    onMessage: undefined as ((bytes: Uint8Array) => void) | undefined,
  }
  let ring: (() => void) | undefined
  host.on = { datagram: (bytes) => datagrams.onMessage?.(bytes), alarm: () => ring?.() }
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
  return new CoapLink({ datagrams, timer })
}
