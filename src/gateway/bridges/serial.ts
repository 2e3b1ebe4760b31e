/** Link `serial`: frames on ttys, TCP connections and Unix sockets. */
import type { Duplex } from "node:stream"
import { silentLog } from "../log.ts"
import { systemClock } from "../ports.ts"
import type { Bridge, BridgeOptions } from "./bridge.ts"
import { serialLine } from "./serial-line.ts"
import { parseLineName } from "./serial-name.ts"
import { keepConnected, listen } from "./serial-streams.ts"

/** Bytes that a line which does not take its answers may hold up. */
const MOST_UNSENT = 65_536

export interface SerialOptions extends BridgeOptions {
  /** what `parseLineName` takes */
  line: string
}

/** A line that cannot be opened yet is no error: boards are unplugged, emulators start late. Throws `E_PORT`. */
export function openSerialBridge(options: SerialOptions): Promise<Bridge> {
  const { line, clock = systemClock(), log = silentLog } = options
  const { mtu, ...name } = parseLineName(line)
  const attach = (stream: Duplex) => attachLine(stream, mtu, options)
  if (name.type === "socket" && name.listen) return listen(name.address, attach)
  return keepConnected(name, attach, clock, (state) => log.info({ line, state }, "serial line"))
}

function attachLine(stream: Duplex, mtu: number | undefined, options: SerialOptions): void {
  const { handle, meter, clock = systemClock(), log = silentLog, line: name } = options
  const write = (bytes: Uint8Array) => {
    const room = stream.writable && stream.writableLength <= MOST_UNSENT
    if (room) stream.write(bytes)
    return room
  }
  const onText = (text: string) => log.info({ line: name, text }, "serial text")
  const line = serialLine({ handle, meter, clock, mtu, write, onText })
  stream.on("data", (bytes: Uint8Array) => line.push(bytes)).on("close", () => line.close())
}
