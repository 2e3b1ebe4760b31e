/// <reference path="../sdk-drivers.d.ts" />
/**
 * Raw LoRa over an SX127x (the SDK's driver): a frame's first byte is the rule. No LoRaWAN: whoever listens needs the same
 * settings, and the duty cycle of the region is the operator's business.
 */
import Digital from "embedded:io/digital"
import SPI from "embedded:io/spi"
import SX127x from "sx127x"
import { concat } from "../../../protocol/bytes.ts"
import { framed } from "../../../protocol/schc/rules.ts"
import type { Timer } from "../../links/coap-link.ts"
import { FrameLink, type Frames } from "../../links/frame-link.ts"
import type { Link } from "../../ports.ts"
import type { LoraConfig } from "./config.ts"

/** A LoRa packet, without the rule's byte. */
const PAYLOAD_MAX = 254
const SPI_HZ = 8_000_000
/** µs; a whole frame at SF12 is on air for 9 s. */
const RETRANSMIT = 12_000_000

export function loraLink(config: LoraConfig, timer: Timer): Link {
  const out = (pin: number) => ({ io: Digital, pin, mode: (Digital as unknown as { Output: number }).Output })
  const waiting: Uint8Array[] = []
  let sending = false
  const sendNext = () => {
    const frame = waiting.shift()
    sending = frame !== undefined
    if (frame) radio.write(frame)
  }
  const radio = new SX127x({
    spi: { io: SPI, clock: config.clock, in: config.in, out: config.out, hz: SPI_HZ, mode: 0, port: 1 },
    select: out(config.select),
    reset: out(config.reset),
    interrupt: { io: Digital, pin: config.interrupt, mode: (Digital as unknown as { Input: number }).Input },
    frequency: config.frequency,
    spreadingFactor: config.spreadingFactor,
    bandwidth: config.bandwidth,
    onWritable: sendNext,
    onReadable: () => {
      const packet = radio.read()
      if (!packet || packet.byteLength === 0) return
      const bytes = new Uint8Array(packet)
      frames.onFrame?.(bytes[0]!, bytes.slice(1))
    },
  })
  const frames: Frames = {
    mtu: PAYLOAD_MAX,
    send: (rule, payload) => {
      waiting.push(concat(Uint8Array.of(rule), payload))
      if (!sending) sendNext()
    },
    close: () => radio.close(),
  }
  return new FrameLink({ name: "lora", frames, timer, rules: framed, retransmit: RETRANSMIT })
}
