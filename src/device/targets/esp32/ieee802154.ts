/** The 802.15.4 radio of C6, C5 and H2: MAC frames out and in, over ieee802154.c. */
import type { Ieee802154Driver } from "./natives.ts"

const Sending = { busy: 1, sent: 2 } as const
/** Milliseconds between looks at the driver. */
const POLL = 2
/** Clear-channel attempts, the frame and its acknowledgement take less than 40 ms (IEEE 802.15.4 §6.2.5). */
const SEND_LIMIT = 50

export interface Ieee802154Options {
  radio: Ieee802154Driver
  pause(milliseconds: number): Promise<void>
  channel: number
  pan: number
  /** 0xFFFF: none yet */
  address: number
  /** 8 bytes, in the order of frames */
  extended: Uint8Array
}

export class Ieee802154 {
  readonly #radio: Ieee802154Driver
  readonly #pause: Ieee802154Options["pause"]

  constructor({ radio, pause, channel, pan, address, extended }: Ieee802154Options) {
    this.#radio = radio
    this.#pause = pause
    radio.start(channel, pan, address, extended)
  }

  /** Whether the frame (without checksum, at most 125 bytes) went out, and was acknowledged where it asks for it. */
  async send(frame: Uint8Array): Promise<boolean> {
    this.#radio.send(frame)
    for (let waited = 0; this.#radio.sending() === Sending.busy && waited < SEND_LIMIT; waited += POLL)
      await this.#pause(POLL)
    return this.#radio.sending() === Sending.sent
  }

  /** The next frame, within so many milliseconds. */
  async receive(limit: number): Promise<Uint8Array | undefined> {
    for (let waited = 0; ; waited += POLL) {
      const frame = this.#radio.receive()
      if (frame || waited >= limit) return frame
      await this.#pause(POLL)
    }
  }

  close(): void {
    this.#radio.stop()
  }
}
