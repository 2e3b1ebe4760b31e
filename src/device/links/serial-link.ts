/** The `serial` link: frames over any stream of bytes, a UART above all (docs/protocol.md §2). */
import { MAX_BODY } from "../../protocol/coap.ts"
import { LINK_HEAD } from "../../protocol/link-message.ts"
import { framed } from "../../protocol/schc/rules.ts"
import { encodeSerialFrame, SerialReader } from "../../protocol/serial-frame.ts"
import type { Link } from "../ports.ts"
import type { Timer } from "./coap-link.ts"
import { FrameLink, type Frames } from "./frame-link.ts"

/** A line that takes bytes and gives bytes, in pieces of any size. Between frames the board may write text to it. */
export interface ByteStream {
  /** Takes all of it, however long. */
  write(bytes: Uint8Array): void
  onReadable?: (bytes: Uint8Array) => void
  close(): void
}

export interface SerialLinkOptions {
  stream: ByteStream
  timer: Timer
  /** which device of the line this one is, 1 to 255; default: the only one */
  station?: number
  /** bytes of a frame's payload, rule id included; default: whole messages fit */
  mtu?: number
}

/** A frame and its answer at 9,600 baud, with time to think (µs). */
const RETRANSMIT = 300_000
const LARGEST = 1 + LINK_HEAD + MAX_BODY

export function serialLink({ stream, timer, station = 0, mtu = LARGEST }: SerialLinkOptions): Link {
  const frames: Frames = {
    mtu: mtu - 1,
    send: (rule, payload) => stream.write(encodeSerialFrame({ station, rule, payload })),
    close: () => {
      delete stream.onReadable
      stream.close()
    },
  }
  const reader = new SerialReader(mtu - 1, {
    frame: (frame) => {
      if (frame.station === station) frames.onFrame?.(frame.rule, frame.payload)
    },
  })
  stream.onReadable = (bytes) => reader.push(bytes)
  return new FrameLink({ name: "serial", frames, timer, rules: framed, retransmit: RETRANSMIT })
}
