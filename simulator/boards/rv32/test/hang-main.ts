/** A bundle for the board that never ends its first turn. */
import type { Host } from "../../../xs/device/host.d.ts"

declare const host: Host

function start() {
  host.trace(host.reason)
  for (;;);
}

Object.assign(globalThis, { start })
