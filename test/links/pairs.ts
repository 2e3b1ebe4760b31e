/** Both ends of each link, with a medium between them that the test holds in its hands. */
import { CoapLink, type Datagrams } from "../../src/device/links/coap-link.ts"
import { FrameLink, type FrameLinkOptions, type Frames } from "../../src/device/links/frame-link.ts"
import { type ByteStream, serialLink } from "../../src/device/links/serial-link.ts"
import type { Link } from "../../src/device/ports.ts"
import type { BridgeOptions } from "../../src/gateway/bridges/bridge.ts"
import { coapExchange } from "../../src/gateway/bridges/coap-exchange.ts"
import { FramePeers } from "../../src/gateway/bridges/frame-peers.ts"
import { serialLine } from "../../src/gateway/bridges/serial-line.ts"
import { codeOf } from "../../src/gateway/errors.ts"
import type { LinkName } from "../../src/protocol/link-message.ts"
import { framed, lorawan } from "../../src/protocol/schc/rules.ts"
import type { VirtualTime } from "./virtual-time.ts"

export interface Medium {
  /** What arrives of a frame or a piece of a line: nothing, itself, itself twice, something else. */
  carry(direction: "up" | "down", bytes: Uint8Array): Uint8Array[]
}

export interface Ends {
  /** The device's end, as after a boot: what an earlier one left on the way may still arrive. */
  wake(): Link
  /** Bytes from nowhere, at the gateway. */
  inject(bytes: Uint8Array): void
}

export type Parts = Pick<BridgeOptions, "handle" | "meter"> & { time: VirtualTime; medium: Medium }

export interface LinkPair {
  name: string
  open(parts: Parts): Ends
}

const wifi: LinkPair = {
  name: "wifi",
  open({ handle, meter, time, medium }) {
    const clock = { now: () => time.now / 1000, after: (ms: number, task: () => void) => time.after(ms, task) }
    const exchange = coapExchange({ handle, meter, clock })
    let device: Datagrams | undefined
    const inject = (bytes: Uint8Array) =>
      void exchange(bytes, { address: "192.0.2.1", port: 40_000 }).then(
        (answer) => {
          if (!answer) return
          for (const each of medium.carry("down", answer)) device?.onMessage?.(each)
        },
        (error) => meter.dropped(codeOf(error)),
      )
    return {
      inject,
      wake() {
        const send = (bytes: Uint8Array) => medium.carry("up", bytes).forEach(inject)
        device = { send, close: () => {} }
        return new CoapLink({ datagrams: device, timer: time.timer() })
      },
    }
  },
}

const serial = (mtu?: number): LinkPair => ({
  name: mtu ? `serial in frames of ${mtu} bytes` : "serial",
  open({ handle, meter, time, medium }) {
    let device: ByteStream | undefined
    const line = serialLine({
      ...{ handle, meter, mtu, clock: { after: (ms, task) => time.after(ms, task) }, onText: () => {} },
      write: (bytes) => {
        for (const each of medium.carry("down", bytes)) queueMicrotask(() => device?.onReadable?.(each))
        return true
      },
    })
    const inject = (bytes: Uint8Array) => line.push(bytes)
    return {
      inject,
      wake() {
        const write = (bytes: Uint8Array) => {
          for (const each of medium.carry("up", bytes)) queueMicrotask(() => inject(each))
        }
        device = { write, close: () => {} }
        return serialLink({ stream: device, timer: time.timer(), ...(mtu && { mtu }) })
      },
    }
  },
})

/** Any link that carries frames of `mtu` bytes, addressed by its own means: what Zigbee and LoRaWAN are underneath. */
const frames = (name: LinkName, rules: FrameLinkOptions["rules"], mtu: number): LinkPair => ({
  name: `${name} in frames of ${mtu} bytes`,
  open({ handle, meter, time, medium }) {
    const join = (rule: number, payload: Uint8Array) => new Uint8Array([rule, ...payload])
    let device: Frames | undefined
    const peers = new FramePeers({
      ...{ handle, meter, rules, mtu, clock: { after: (ms, task) => time.after(ms, task) } },
      ...{ retransmitMs: 2_000, inactivityMs: 60_000, mostPeers: 16, mostWaiting: 64 },
      send(_peer, rule, payload) {
        const frame = join(rule, payload)
        meter.frame("down", frame.length)
        for (const each of medium.carry("down", frame))
          queueMicrotask(() => device?.onFrame?.(each[0] ?? 0, each.subarray(1)))
      },
    })
    const inject = (frame: Uint8Array) => {
      meter.frame("up", frame.length)
      peers.receive(1, frame[0] ?? 0, frame.subarray(1))
    }
    return {
      inject,
      wake() {
        device = {
          mtu,
          send(rule, payload) {
            for (const each of medium.carry("up", join(rule, payload))) queueMicrotask(() => inject(each))
          },
          close: () => {},
        }
        return new FrameLink({ name, frames: device, timer: time.timer(), rules, retransmit: 2_000_000 })
      },
    }
  },
})

/** Add a link here when you add one. */
export const pairs: LinkPair[] = [
  wifi,
  serial(),
  serial(77),
  frames("zigbee", framed, 76),
  frames("lora", lorawan, 51),
  frames("lora", lorawan, 222),
]
