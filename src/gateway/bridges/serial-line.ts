/** One line of link `serial`: bytes in, frames, answers, bytes out. No I/O of its own. */
import { MAX_BODY } from "../../protocol/coap.ts"
import { LINK_HEAD } from "../../protocol/link-message.ts"
import { framed } from "../../protocol/schc/rules.ts"
import { encodeSerialFrame, SerialReader, serialLength } from "../../protocol/serial-frame.ts"
import type { Clock } from "../ports.ts"
import type { BridgeOptions } from "./bridge.ts"
import { FramePeers } from "./frame-peers.ts"

/** Requests of one line that wait for their answer; a line that brings more is not a device's. */
const MOST_WAITING = 64
/** Stations of one line that send in fragments at the same time. */
const MOST_PEERS = 16
const RETRANSMIT_MS = 300
const INACTIVITY_MS = 10_000
/** A device may always send whole messages. */
const LARGEST = LINK_HEAD + MAX_BODY

export interface SerialLineOptions extends Pick<BridgeOptions, "handle" | "meter"> {
  clock: Pick<Clock, "after">
  /** bytes of a frame's payload, rule id included, that the line's devices take; default: whole messages */
  mtu?: number | undefined
  /** Whether it took them. */
  write(bytes: Uint8Array): boolean
  /** What boards say between frames. */
  onText(text: string): void
}

export interface SerialLine {
  push(bytes: Uint8Array): void
  /** The line ended. */
  close(): void
}

export function serialLine({ handle, meter, clock, mtu, write, onText }: SerialLineOptions): SerialLine {
  const peers = new FramePeers({
    ...{ handle, meter, clock, rules: framed, mtu: mtu ? mtu - 1 : LARGEST },
    ...{ retransmitMs: RETRANSMIT_MS, inactivityMs: INACTIVITY_MS, mostPeers: MOST_PEERS, mostWaiting: MOST_WAITING },
    send: (station, rule, payload) => {
      if (write(encodeSerialFrame({ station, rule, payload }))) meter.frame("down", serialLength(payload.length))
      else meter.dropped("E_SLOW")
    },
  })
  const reader = new SerialReader(LARGEST, {
    frame: ({ station, rule, payload }) => {
      meter.frame("up", serialLength(payload.length))
      peers.receive(station, rule, payload)
    },
    text: onText,
    dropped: (code) => meter.dropped(code),
  })
  return { push: (bytes) => reader.push(bytes), close: () => peers.close() }
}
