/** The board that a machine of the XS worker is: `host` behind the ports of the device runtime. */
import type { Timer } from "../../../src/device/links/coap-link.ts"
import type { Board, Link } from "../../../src/device/ports.ts"
import { openAlarm } from "./alarm.ts"
import type { Host } from "./host.d.ts"

/** The host's wire or air, until a link is put on it. */
export interface Carrier {
  timer: Timer
  send(bytes: Uint8Array): void
  close(): void
}

/** A link over the host's carrier, and where what comes in goes. */
export interface LinkEnd {
  link: Link
  receive(bytes: Uint8Array): void
}

export type OpenEnd = (carrier: Carrier, remembered: Uint8Array) => LinkEnd

/** `open`: the one link that this board has. A board carries no code of others, here as on a chip. */
export function createBoard(host: Host, open: OpenEnd): Board {
  const now = () => Math.floor(host.now())
  return {
    flash: host.flash,
    retained: host.retained,
    crypto: host.crypto,
    clock: { now, ppm: host.ppm },
    entropy: { random: (length) => host.random(length) },
    sensor: { sample: () => host.sensor },
    power: {
      reason: host.reason,
      batteryMillivolts: host.batteryMillivolts,
      sleep: (micros) => host.sleep(micros),
    },
    openLink: (remembered) => openLink(host, (carrier) => open(carrier, remembered)),
    trace: (event) => host.trace(JSON.stringify(event)),
  }
}

function openLink(host: Host, open: (carrier: Carrier) => LinkEnd): Link {
  let called: (() => void) | undefined
  const timer = openAlarm(host)
  const close = () => {
    host.on = undefined
  }
  const { link, receive } = open({ timer, send: (bytes) => host.send(bytes), close })
  host.on = {
    // A coordinator's call is an empty datagram.
    datagram: (bytes) => (bytes.length > 0 ? receive(bytes) : called?.()),
    alarm: () => timer.ring(),
  }
  if (host.slotted)
    link.listen = (micros) =>
      new Promise((resolve) => {
        const finish = (heard: boolean) => {
          timer.clear()
          called = undefined
          resolve(heard)
        }
        called = () => finish(true)
        timer.set(micros, () => finish(false))
      })
  return link
}
