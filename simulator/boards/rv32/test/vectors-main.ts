/** A bundle for the board: signs the vectors of RFC 6979, one line each. */
import { rfc6979 } from "../../../../as/test/rfc6979.ts"
import { fromHex, toHex, utf8Encode } from "../../../../src/protocol/bytes.ts"
import type { Host } from "../../../xs/device/host.d.ts"

declare const host: Host

function start() {
  const { crypto } = host
  for (const { secret, message } of rfc6979)
    host.trace(toHex(crypto.sign(crypto.sha256(utf8Encode(message)), fromHex(secret)).subarray(0, 64)))
  host.sleep(host.now() + 1e6)
}

Object.assign(globalThis, { start })
