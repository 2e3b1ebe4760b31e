/** The board's console: a UART that carries frames, and between them lines for people (src/protocol/serial-frame.ts). */
import Serial from "embedded:io/serial"
import { utf8Encode } from "../../../protocol/bytes.ts"
import type { ByteStream } from "../../links/serial-link.ts"
import { pause } from "../timer.ts"

/** Bytes that the UART still holds when it has taken the last one, and bits of a byte on the line. */
const FIFO = 128
const BITS = 10

export interface ConsolePins {
  port: number
  receive: number
  transmit: number
  baud: number
}

export class SerialConsole implements ByteStream {
  onReadable?: (bytes: Uint8Array) => void
  readonly #serial: Serial
  #queue: Uint8Array[] = []
  #room = 0
  readonly #baud: number

  constructor(pins: ConsolePins) {
    this.#baud = pins.baud
    const console = this
    this.#serial = new Serial({
      ...pins,
      format: "buffer",
      onReadable(count) {
        const bytes = this.read(count) as ArrayBuffer | undefined
        if (bytes) console.onReadable?.(new Uint8Array(bytes))
      },
      onWritable(count) {
        console.#room = count
        console.#flush()
      },
    })
  }

  /** All of it, in order, as the UART takes it. */
  write(bytes: Uint8Array): void {
    this.#queue.push(bytes)
    this.#flush()
  }

  line(text: string): void {
    this.write(utf8Encode(`${text}\r\n`))
  }

  /** Resolves when everything written has left the UART. */
  async drained(): Promise<void> {
    while (this.#queue.length > 0) await pause(1)
    await pause(Math.ceil((FIFO * BITS * 1000) / this.#baud))
  }

  /** A link is done with it; the console stays open for lines. */
  close(): void {
    delete this.onReadable
  }

  #flush(): void {
    for (let next = this.#queue[0]; next && this.#room > 0; next = this.#queue[0]) {
      const part = next.subarray(0, this.#room)
      this.#serial.write(part)
      this.#room -= part.length
      if (part.length === next.length) this.#queue.shift()
      else this.#queue[0] = next.subarray(part.length)
    }
  }
}
