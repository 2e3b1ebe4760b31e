/** The board that a machine of the XS worker is: `host` behind the ports of the device runtime. */
import { CoapLink, type Datagrams } from "../../../src/device/links/coap-link.ts"
import { type ByteStream, serialLink } from "../../../src/device/links/serial-link.ts"
import type { Board, Link } from "../../../src/device/ports.ts"
import type { Host } from "./host.d.ts"

export function createBoard(host: Host): Board {
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
    openLink: (remembered) => openLink(host, now, remembered),
    trace: (event) => host.trace(JSON.stringify(event)),
  }
}

function openLink(host: Host, now: () => number, remembered: Uint8Array): Link {
  const send = (bytes: Uint8Array) => host.send(bytes)
  const close = () => {
    host.on = undefined
  }
  let ring: (() => void) | undefined
  let called: (() => void) | undefined
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
  let link: Link
  let receive: (bytes: Uint8Array) => void
  if (host.link === "serial") {
    const stream: ByteStream = { write: send, close }
    link = serialLink({ stream, timer })
    receive = (piece) => stream.onReadable?.(piece)
  } else {
    const datagrams: Datagrams = { send, close }
    link = new CoapLink({ datagrams, timer, remembered })
    receive = (datagram) => datagrams.onMessage?.(datagram)
  }
  host.on = {
    // A coordinator's call is an empty datagram.
    datagram: (bytes) => (bytes.length > 0 ? receive(bytes) : called?.()),
    alarm: () => ring?.(),
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
