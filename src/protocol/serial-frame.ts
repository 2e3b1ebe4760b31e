/**
 * Frames on a serial line (docs/protocol.md §2): `00 || COBS(station || rule || payload || CRC-32) || 00`. The zero ahead
 * ends whatever garbage a reset or a boot loader left on the line; what is plain text between two frames is for people.
 */
import { uintBytes } from "./bytes.ts"
import { cobsDecode, cobsEncode, cobsLength } from "./cobs.ts"
import { crc32 } from "./crc32.ts"

const HEAD = 2
const CHECK = 4

export interface SerialFrame {
  /** which device of the line; 0 where it has only one */
  station: number
  /** how the payload is to be taken, as an FPort of LoRaWAN would say (RFC 9011 §5.2) */
  rule: number
  payload: Uint8Array
}

/** Bytes on the line, at least, of a frame whose payload has so many. */
export function serialLength(payload: number): number {
  return HEAD + payload + CHECK + 3
}

export function encodeSerialFrame({ station, rule, payload }: SerialFrame): Uint8Array {
  const content = new Uint8Array(HEAD + payload.length + CHECK)
  content[0] = station
  content[1] = rule
  content.set(payload, HEAD)
  content.set(uintBytes(crc32(content, 0, content.length - CHECK), CHECK), content.length - CHECK)
  const encoded = cobsEncode(content)
  const frame = new Uint8Array(encoded.length + 2)
  frame.set(encoded, 1)
  return frame
}

/** Why a piece of the line was no frame. */
export type SerialDrop = "E_SERIAL_LENGTH" | "E_SERIAL_GARBAGE" | "E_SERIAL_CHECK"

export interface SerialListener {
  /** The payload is a copy. */
  frame(frame: SerialFrame): void
  /** A boot message, a trace: whatever a board says between frames in printable ASCII. */
  text?(text: string): void
  dropped?(reason: SerialDrop): void
}

/** Takes a line's bytes in pieces of any size and finds the frames in them. It keeps one frame, never more. */
export class SerialReader {
  readonly #listener: SerialListener
  readonly #buffer: Uint8Array
  #length = 0
  #overrun = false

  constructor(maxPayload: number, listener: SerialListener) {
    this.#buffer = new Uint8Array(cobsLength(HEAD + maxPayload + CHECK))
    this.#listener = listener
  }

  push(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!
      if (byte === 0) this.#end()
      else if (this.#length < this.#buffer.length) this.#buffer[this.#length++] = byte
      else this.#overrun = true
    }
  }

  #end(): void {
    const length = this.#length
    const overrun = this.#overrun
    this.#length = 0
    this.#overrun = false
    if (length === 0) return
    const { frame, text, dropped } = this.#listener
    const piece = this.#buffer.subarray(0, length)
    if (text && piece.every(isText)) text(String.fromCharCode(...piece))
    else if (overrun) dropped?.("E_SERIAL_LENGTH")
    else {
      const decoded = cobsDecode(this.#buffer, length)
      if (decoded < HEAD + CHECK) dropped?.("E_SERIAL_GARBAGE")
      else if (crcOf(this.#buffer, decoded) !== crc32(this.#buffer, 0, decoded - CHECK)) dropped?.("E_SERIAL_CHECK")
      else
        frame({
          station: this.#buffer[0]!,
          rule: this.#buffer[1]!,
          payload: this.#buffer.slice(HEAD, decoded - CHECK),
        })
    }
  }
}

function crcOf(content: Uint8Array, end: number): number {
  let crc = 0
  for (let i = end - CHECK; i < end; i++) crc = crc * 256 + content[i]!
  return crc
}

/** Printable ASCII, line ends, tabs and the escapes of terminal colours. */
function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x1b
}
