/** What carries datagrams between a device and its gateway. Loss, latency and outages are media of their own. */

export interface Link {
  /** A datagram may be lost; nobody is told. */
  send(bytes: Uint8Array): void
  close(): void
}

export interface Medium {
  /** Opens a device's link for one wake. `receive` returns when the device has dealt with the datagram. */
  open(device: number, receive: (bytes: Uint8Array) => void | Promise<void>): Link
  close(): void
}
