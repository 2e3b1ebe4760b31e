/** A medium that loses nothing and always takes the same time. */
import type { GatewayEnd, Medium } from "../medium.ts"
import type { Scheduler } from "../scheduler.ts"

/** `latency`: µs one way. */
export function idealMedium(scheduler: Scheduler, gateway: GatewayEnd, latency = 5_000): Medium {
  return {
    open(device, receive) {
      let open = true
      const later = (action: () => void | Promise<void>) => void scheduler.at(scheduler.now() + latency, action)
      const answer = (bytes: Uint8Array) => later(() => (open ? receive(bytes) : undefined))
      return {
        send: (bytes) => later(() => gateway.datagram(device, bytes, answer)),
        close: () => {
          open = false
        },
      }
    },
    close() {},
  }
}
