/// <reference path="../sdk-drivers.d.ts" />
/**
 * Raw LoRa over an SX127x (the SDK's driver): one frame a message, its first byte the rule. No LoRaWAN: whoever listens
 * needs the same settings, and the duty cycle of the region is the operator's business.
 */
import Digital from "embedded:io/digital"
import SPI from "embedded:io/spi"
import SX127x from "sx127x"
import { concat } from "../../../protocol/bytes.ts"
import { LINK_HEAD } from "../../../protocol/link-message.ts"
import type { Timer } from "../../links/coap-link.ts"
import { FrameLink, type Frames } from "../../links/frame-link.ts"
import type { Link } from "../../ports.ts"
import type { LoraConfig } from "./config.ts"

/** A LoRa packet, without the rule's byte. */
const PAYLOAD_MAX = 254
const SPI_HZ = 8_000_000

export function loraLink(config: LoraConfig, timer: Timer): Link {
  const out = (pin: number) => ({ io: Digital, pin, mode: (Digital as unknown as { Output: number }).Output })
  const radio = new SX127x({
    spi: { io: SPI, clock: config.clock, in: config.in, out: config.out, hz: SPI_HZ, mode: 0, port: 1 },
    select: out(config.select),
    reset: out(config.reset),
    interrupt: { io: Digital, pin: config.interrupt, mode: (Digital as unknown as { Input: number }).Input },
    frequency: config.frequency,
    spreadingFactor: config.spreadingFactor,
    bandwidth: config.bandwidth,
    onReadable: () => {
      const packet = radio.read()
      if (!packet || packet.byteLength === 0) return
      const bytes = new Uint8Array(packet)
      frames.onFrame?.(bytes[0]!, bytes.slice(1))
    },
  })
  const frames: Frames = {
    send: (rule, payload) => radio.write(concat(Uint8Array.of(rule), payload)),
    close: () => radio.close(),
  }
  const link = new FrameLink({ frames, timer })
  return {
    maxBody: PAYLOAD_MAX - LINK_HEAD,
    exchange: (message) => link.exchange(message),
    close: () => link.close(),
  }
}
