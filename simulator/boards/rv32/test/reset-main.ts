/** A bundle for the board that says why it woke and what it remembers, then sleeps for an hour. */
import type { Host } from "../../../xs/device/host.d.ts"

declare const host: Host

function start() {
  const { retained, reason } = host
  host.trace([reason, retained.read()].join(" "))
  retained.write(new Uint8Array([1, 2, 3]))
  host.sleep(host.now() + 3_600_000_000)
}

Object.assign(globalThis, { start })
