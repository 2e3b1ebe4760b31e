/** What is on the air of a shared medium: frames that overlap on one channel destroy each other. */

export interface OnAir {
  readonly channel: number
  readonly end: number
  readonly rssi: number
  /** another frame was there as well, and not weak enough */
  collided: boolean
}

export class Air {
  readonly #capture: number
  #frames: OnAir[] = []

  /** A frame survives another that is at least `capture` dB weaker. */
  constructor(capture: number) {
    this.#capture = capture
  }

  /** Whether a sender would hear somebody on `channel`. */
  isBusy(channel: number, now: number): boolean {
    this.#forget(now)
    return this.#frames.some((frame) => frame.channel === channel)
  }

  /** Puts a frame on the air from `now` to `end`; what it meets there may be lost, or it itself. */
  begin(channel: number, now: number, end: number, rssi: number): OnAir {
    this.#forget(now)
    const frame: OnAir = { channel, end, rssi, collided: false }
    for (const other of this.#frames) {
      if (other.channel !== channel) continue
      if (rssi < other.rssi + this.#capture) frame.collided = true
      if (other.rssi < rssi + this.#capture) other.collided = true
    }
    this.#frames.push(frame)
    return frame
  }

  #forget(now: number): void {
    if (this.#frames.some(({ end }) => end <= now)) this.#frames = this.#frames.filter(({ end }) => end > now)
  }
}
