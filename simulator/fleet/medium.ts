/** What carries datagrams between a device and its gateway. Loss, latency and outages are media of their own. */

export interface Link {
  /** A datagram may be lost; nobody is told. */
  send(bytes: Uint8Array): void
  close(): void
}

export interface Medium {
  /**
   * Opens a device's link for one wake: its radio listens until the link is closed. `receive` returns when the device
   * has dealt with the datagram; an empty one is the gateway's call in the device's slot, where a medium has calls.
   */
  open(device: number, receive: (bytes: Uint8Array) => void | Promise<void>): Link
  close(): void
}

/** The gateway's end of a medium that has no sockets. */
export interface GatewayEnd {
  /**
   * Deals with a device's datagram; each `answer`, whenever it is given, goes back the way the datagram came. Resolves
   * when everything is done that happens at this instant.
   */
  datagram(device: number, bytes: Uint8Array, answer: (bytes: Uint8Array) => void): void | Promise<void>
}

/**
 * `channel`: noise and fading; `collision`: another frame at the same time; `busy`: the channel never became free;
 * `outage`: the link is down; `duty`: the sender has used up its air; `size`: no frame is that large; `asleep`: nobody
 * listened.
 */
export type LossReason = "channel" | "collision" | "interference" | "busy" | "outage" | "duty" | "size" | "asleep"

/** One datagram on its way, whether it arrived or not: what link statistics are made of. */
export interface FrameEvent {
  device: number
  direction: "up" | "down"
  /** scheduler's microseconds at which it was given to the sender's radio, and at which it arrived or was given up */
  start: number
  end: number
  /** on air, with the medium's headers; 0 where it never was */
  bytes: number
  /** of all attempts together */
  airtimeUs: number
  /** attempts after the first */
  retries: number
  /** absent: it arrived */
  lost?: LossReason
  /** it is the gateway's call */
  call?: true
  /** as received, dBm */
  rssi?: number
  /** 0 to 255, where the radio tells */
  lqi?: number
}

export type FrameObserver = (frame: FrameEvent) => void
