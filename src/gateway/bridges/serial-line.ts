/** One line of link `serial`: bytes in, frames, answers, bytes out. No I/O of its own. */
import { MAX_BODY } from "../../protocol/coap.ts"
import { LINK_HEAD } from "../../protocol/link-message.ts"
import { Rule } from "../../protocol/schc/rules.ts"
import { encodeSerialFrame, type SerialFrame, SerialReader, serialLength } from "../../protocol/serial-frame.ts"
import type { BridgeOptions } from "./bridge.ts"
import { messageExchange } from "./message-exchange.ts"

/** Requests of one line that wait for their answer; a line that brings more is not a device's. */
const MOST_WAITING = 64

export interface SerialLineOptions extends Pick<BridgeOptions, "handle" | "meter"> {
  /** Whether it took them. */
  write(bytes: Uint8Array): boolean
  /** What boards say between frames. */
  onText(text: string): void
}

export interface SerialLine {
  push(bytes: Uint8Array): void
}

export function serialLine({ handle, meter, write, onText }: SerialLineOptions): SerialLine {
  const exchange = messageExchange({ handle, meter })
  let waiting = 0

  async function take({ station, rule, payload }: SerialFrame): Promise<void> {
    meter.frame("up", serialLength(payload.length))
    if (rule !== Rule.whole) return meter.dropped("E_SERIAL_RULE")
    if (waiting === MOST_WAITING) return meter.dropped("E_BUSY")
    waiting++
    const answer = await exchange(payload)
    waiting--
    if (answer) send({ station, rule: Rule.whole, payload: answer })
  }

  function send(frame: SerialFrame): void {
    if (write(encodeSerialFrame(frame))) meter.frame("down", serialLength(frame.payload.length))
    else meter.dropped("E_SLOW")
  }

  return new SerialReader(MAX_BODY + LINK_HEAD, {
    frame: (frame) => void take(frame),
    text: onText,
    dropped: meter.dropped,
  })
}
