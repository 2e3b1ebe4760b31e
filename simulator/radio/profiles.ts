/** The media, each a named profile. What no measurement stands behind is marked as assumed. */
import { assumed, cited, type Figure } from "../energy/figure.ts"
import type { LinkKind } from "../energy/radios.ts"
import { ieee802154Airtime, loraAirtime, serialAirtime, wifiAirtime } from "./airtime.ts"

export interface MediumProfile {
  link: LinkKind
  /** bytes of a datagram that one frame takes, and what the medium adds to them on the air */
  payload: Figure
  header: Figure
  /** a larger datagram goes as several frames and is lost with any of them; otherwise it is dropped */
  fragments: boolean
  /** microseconds of a frame of so many bytes on the air */
  airtime(bytes: number): number
  /** the receiver's radio acknowledges each frame with so many bytes; 0: never */
  ack: Figure
  /** attempts after the first, for lack of that */
  retries: Figure
  /** frames of all devices share this many channels; 0: nobody meets anybody */
  channels: Figure
  capture: Figure
  /** listens before it sends: slotless CSMA-CA of IEEE 802.15.4 */
  csma: boolean
  channel: { good: Figure; bad: Figure; lossGood: Figure; lossBad: Figure }
  /** bursts that everybody suffers */
  interference: { quiet: Figure; burst: Figure; loss: Figure }
  /** between the gateway and its radio or access point, each way */
  latency: { minimum: Figure; median: Figure; p99: Figure }
  /** as the gateway hears a device; `bad`: how much less in the channel's bad state */
  signal: { mean: Figure; site: Figure; fading: Figure; bad: Figure; floor: Figure }
  /** part of the time that a sender may use */
  duty: { up: Figure; down: Figure }
  /** after its own frame the device listens only then */
  windows: { first: Figure; second: Figure } | undefined
  /** radio on before anything can be sent: joining the network */
  associate: Figure
}

const none = (unit: string) => cited(0, unit, "does not apply")
const always = cited(1, "1", "no limit")
const noInterference = { quiet: none("s"), burst: none("s"), loss: none("1") }
const SHAPE = "no trustworthy published set: a shape that makes losses come in runs"
const OFFICE = "order of an office or a house with walls"

const ideal: MediumProfile = {
  link: "serial",
  payload: cited(65_507, "B", "largest UDP datagram over IPv4"),
  header: none("B"),
  fragments: false,
  airtime: () => 0,
  ack: none("B"),
  retries: none("1"),
  channels: none("1"),
  capture: none("dB"),
  csma: false,
  channel: { good: cited(1, "s", "never bad"), bad: none("s"), lossGood: none("1"), lossBad: none("1") },
  interference: noInterference,
  latency: { minimum: assumed(0.5, "ms", "a wire"), median: assumed(0.5, "ms", "a wire"), p99: none("ms") },
  signal: { mean: none("dBm"), site: none("dB"), fading: none("dB"), bad: none("dB"), floor: none("dBm") },
  duty: { up: always, down: always },
  windows: undefined,
  associate: none("ms"),
}

const wifi: MediumProfile = {
  ...ideal,
  link: "wifi",
  payload: cited(1472, "B", "Ethernet's 1,500 less IPv4 and UDP"),
  header: cited(64, "B", "802.11 QoS header and FCS 30, LLC 8, IPv4 20, UDP 8, less 2"),
  airtime: (bytes) => wifiAirtime(bytes, 6),
  channel: {
    good: assumed(120, "s", SHAPE),
    bad: assumed(8, "s", SHAPE),
    lossGood: assumed(0.003, "1", `${SHAPE}; after the radio's own repeats`),
    lossBad: assumed(0.3, "1", `${SHAPE}; after the radio's own repeats`),
  },
  interference: {
    quiet: assumed(600, "s", "a microwave oven, a large download"),
    burst: assumed(5, "s", "a microwave oven, a large download"),
    loss: assumed(0.2, "1", "a microwave oven, a large download"),
  },
  latency: {
    minimum: assumed(1, "ms", "access point and local network"),
    median: assumed(4, "ms", "access point and local network"),
    p99: assumed(80, "ms", "a busy access point; nobody sleeps between beacons in an exchange"),
  },
  signal: {
    mean: assumed(-62, "dBm", OFFICE),
    site: assumed(8, "dB", OFFICE),
    fading: assumed(3, "dB", OFFICE),
    bad: assumed(12, "dB", OFFICE),
    floor: cited(-94, "dBm", "ESP32-C6 data sheet v1.4, table 6-4: 802.11g, 6 Mbit/s"),
  },
  associate: cited(1000, "ms", "ESP32: about 1,000 ms with WPA2 and a static address; 200 ms open; DHCP 1.7 s more"),
}

const ieee802154: MediumProfile = {
  ...ideal,
  link: "802154",
  payload: cited(
    102,
    "B",
    "127 less 11 of MAC header and FCS, 4 of fragmentation, 10 of compressed IPv6 and UDP (RFC 6282)",
  ),
  header: cited(25, "B", "MAC header and FCS 11, RFC 4944 fragmentation 4, RFC 6282 header 10"),
  fragments: true,
  airtime: ieee802154Airtime,
  ack: cited(5, "B", "IEEE 802.15.4-2020, 7.3.3: immediate acknowledgement"),
  retries: cited(3, "1", "IEEE 802.15.4-2020, macMaxFrameRetries"),
  channels: cited(1, "1", "one network stays on one channel"),
  capture: assumed(3, "dB", "O-QPSK with spreading; published co-channel figures lie between 0 and 6 dB"),
  csma: true,
  channel: {
    good: assumed(60, "s", SHAPE),
    bad: assumed(5, "s", SHAPE),
    lossGood: assumed(0.01, "1", SHAPE),
    lossBad: assumed(0.5, "1", SHAPE),
  },
  interference: {
    quiet: assumed(300, "s", "Wi-Fi on an overlapping channel"),
    burst: assumed(2, "s", "Wi-Fi on an overlapping channel"),
    loss: assumed(0.4, "1", "Wi-Fi on an overlapping channel"),
  },
  latency: {
    minimum: assumed(1, "ms", "serial line to the gateway's radio"),
    median: assumed(2, "ms", "serial line to the gateway's radio"),
    p99: assumed(10, "ms", "serial line to the gateway's radio"),
  },
  signal: {
    mean: assumed(-70, "dBm", OFFICE),
    site: assumed(8, "dB", OFFICE),
    fading: assumed(3, "dB", OFFICE),
    bad: assumed(12, "dB", OFFICE),
    floor: cited(-104, "dBm", "ESP32-C6 data sheet v1.4, table 6-18: sensitivity at 1 % PER"),
  },
}

/**
 * EU868 payloads: DR0 to DR2 51 B, DR3 115 B, DR4 and DR5 222 B (LoRaWAN regional parameters). Kinder than LoRaWAN: the fragments of a
 * datagram follow each other at once, down as well as up, and its duty cycle counts from their end.
 */
function lora(spreadingFactor: number, payload: number): MediumProfile {
  return {
    ...ideal,
    link: "lora",
    payload: cited(payload, "B", "LoRaWAN regional parameters, EU868"),
    header: cited(13, "B", "LoRaWAN: MHDR 1, FHDR 7, FPort 1, MIC 4"),
    fragments: true,
    airtime: (bytes) => loraAirtime(bytes, { spreadingFactor }),
    channels: cited(3, "1", "EU868: the three channels that every device has"),
    capture: cited(6, "dB", "Semtech: co-channel rejection of equal spreading factors"),
    channel: {
      good: assumed(600, "s", SHAPE),
      bad: assumed(60, "s", SHAPE),
      lossGood: assumed(
        0.02,
        "1",
        "success depends on spreading factor and SNR, nearly not on length (Attia, hal-02316402)",
      ),
      lossBad: assumed(0.5, "1", SHAPE),
    },
    latency: {
      minimum: assumed(10, "ms", "packet forwarder over a network"),
      median: assumed(40, "ms", "packet forwarder over a network"),
      p99: assumed(300, "ms", "packet forwarder over a mobile network"),
    },
    signal: {
      mean: assumed(-105, "dBm", "order of a town at a kilometre or two"),
      site: assumed(8, "dB", "order of a town at a kilometre or two"),
      fading: assumed(3, "dB", "order of a town at a kilometre or two"),
      bad: assumed(10, "dB", "order of a town at a kilometre or two"),
      floor: cited(-124 - 2.5 * (spreadingFactor - 7), "dBm", "SX1272 data sheet: -124 dBm at SF7, 2.5 dB a step"),
    },
    duty: {
      up: cited(0.01, "1", "ETSI EN 300 220, 868.0 to 868.6 MHz"),
      down: cited(0.1, "1", "ETSI EN 300 220, 869.4 to 869.65 MHz: the second window's"),
    },
    windows: {
      first: cited(1, "s", "LoRaWAN: RECEIVE_DELAY1"),
      second: cited(2, "s", "LoRaWAN: RECEIVE_DELAY2"),
    },
  }
}

const serial: MediumProfile = {
  ...ideal,
  header: assumed(8, "B", "framing, length and checksum"),
  airtime: (bytes) => serialAirtime(bytes, 115_200),
  latency: {
    minimum: assumed(1, "ms", "USB polls each millisecond"),
    median: assumed(1.5, "ms", "USB polls each millisecond"),
    p99: assumed(16, "ms", "latency timer of usual USB serial chips"),
  },
}

export const media = {
  ideal,
  wifi,
  "802154": ieee802154,
  "lora-sf7": lora(7, 222),
  "lora-sf9": lora(9, 115),
  "lora-sf10": lora(10, 51),
  "lora-sf12": lora(12, 51),
  serial,
} satisfies Record<string, MediumProfile>

export type MediumName = keyof typeof media
